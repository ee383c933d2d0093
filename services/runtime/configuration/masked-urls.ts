/** "wss://user:password@host/" as "wss://********@host/": who an address of a feed lets in is nobody's to read. */
export const maskedUrls = (text: string): string =>
  text.replace(/\b([a-z][a-z\d+.-]*:\/\/)[^\s/?#]*@/gi, '$1********@');
