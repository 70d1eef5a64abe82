declare module 'fxa-common-password-list' {
  const list: {
    /** Whether this is one of the most common passwords of eight characters and more. */
    test(password: string): boolean;
  };
  export default list;
}
