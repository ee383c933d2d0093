/** The messages of proto/ as JSON schemas, with the comments of the contract as descriptions. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import {
  createFileRegistry,
  type DescEnum,
  type DescField,
  type DescFile,
  type DescMessage,
  fromBinary,
  ScalarType,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

export type Schema = Readonly<Record<string, unknown>>;

const repository = path.join(import.meta.dirname, '../..');
const buf = path.join(repository, 'node_modules/.bin/buf');
/** Numbers of fields in descriptor.proto: how a comment's place is written. */
const place = { message: 4, enum: 5, field: 2, value: 2 } as const;

/** A schema for each message and enum, by its name: how ProtoJSON writes it. */
export function protoSchemas(): Map<string, Schema> {
  const bytes = execFileSync(buf, ['build', 'proto', '-o', '-'], { cwd: repository });
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));
  const schemas = new Map<string, Schema>();
  for (const file of registry.files) {
    if (file.proto.package !== 'steadybeat.v1') continue;
    const comments = commentsOf(file);
    for (const [i, message] of file.messages.entries())
      schemas.set(message.name, messageSchema(message, comments, `${place.message}.${i}`));
    for (const [i, one] of file.enums.entries())
      schemas.set(one.name, enumSchema(one, comments, `${place.enum}.${i}`));
  }
  return new Map([...schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
}

type Comments = ReadonlyMap<string, string>;

/** By place. */
function commentsOf(file: DescFile): Comments {
  const comments = new Map<string, string>();
  for (const { path: at, leadingComments } of file.proto.sourceCodeInfo?.location ?? []) {
    const text = leadingComments.trim().replace(/\s*\n\s*/g, ' ');
    if (text !== '') comments.set(at.join('.'), text);
  }
  return comments;
}

const described = (comments: Comments, at: string): Schema => {
  const description = comments.get(at);
  return description === undefined ? {} : { description };
};

function messageSchema(message: DescMessage, comments: Comments, at: string): Schema {
  const properties = message.fields.map((field, i) => {
    const oneof = field.oneof === undefined ? {} : { 'x-oneof': field.oneof.name };
    const more = { 'x-field-number': field.number, ...oneof };
    return [
      field.jsonName,
      { ...fieldSchema(field), ...described(comments, `${at}.${place.field}.${i}`), ...more },
    ];
  });
  return { type: 'object', ...described(comments, at), properties: Object.fromEntries(properties) };
}

function enumSchema({ values }: DescEnum, comments: Comments, at: string): Schema {
  const notes = values.flatMap(({ name }, i) => {
    const note = comments.get(`${at}.${place.value}.${i}`);
    return note === undefined ? [] : [`${name}: ${note}`];
  });
  const description = [comments.get(at) ?? [], notes].flat().join(' ');
  return {
    type: 'string',
    ...(description !== '' && { description }),
    enum: values.map(({ name }) => name),
  };
}

function fieldSchema(field: DescField): Schema {
  switch (field.fieldKind) {
    case 'scalar':
      return scalarSchema(field.scalar);
    case 'enum':
      return reference(field.enum.name);
    case 'message':
      return messageReference(field.message);
    case 'list':
      return { type: 'array', items: itemSchema(field) };
    case 'map':
      throw new Error(`${field.name}: the contract has no maps`);
  }
}

function itemSchema(field: DescField & { fieldKind: 'list' }): Schema {
  if (field.listKind === 'scalar') return scalarSchema(field.scalar);
  return field.listKind === 'enum' ? reference(field.enum.name) : messageReference(field.message);
}

const reference = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

const messageReference = ({ typeName, name }: DescMessage): Schema =>
  typeName === 'google.protobuf.Timestamp' ? { type: 'string', format: 'date-time' } : reference(name);

function scalarSchema(type: ScalarType): Schema {
  switch (type) {
    case ScalarType.STRING:
      return { type: 'string' };
    case ScalarType.BOOL:
      return { type: 'boolean' };
    case ScalarType.BYTES:
      return { type: 'string', contentEncoding: 'base64' };
    case ScalarType.DOUBLE:
      return { type: ['number', 'string'], format: 'double' };
    case ScalarType.UINT64:
      // More than a JSON number holds.
      return { type: 'string', pattern: '^\\d+$' };
    case ScalarType.UINT32:
      return { type: 'integer', minimum: 0, maximum: 2 ** 32 - 1 };
    case ScalarType.SINT32:
      return { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 };
    default:
      throw new Error(`the contract has no fields of type ${ScalarType[type]} yet`);
  }
}
