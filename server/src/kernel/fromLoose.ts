/**
 * Accepts undefined in the optional fields of a record or a part of a document. JSON omits such a
 * field, and spreading it over another part clears the field there. A conditional spread per field
 * would take time in every rebill.
 */
export const fromLoose = <Part>(
  part: {
    readonly [Name in keyof Part]: Part[Name] | undefined;
  },
): Part => part as Part;
