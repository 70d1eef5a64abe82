declare module 'fxa-common-password-list' {
  const list: {
    /** Returns whether this is one of the most common passwords of eight or more characters. */
    test(password: string): boolean;
  };
  export default list;
}
