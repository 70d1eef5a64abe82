/** The types of records with a page in the console, as `types` of searchAnything expects them. */
export const typesWithPage = 'auto_order,order,customer,task';
