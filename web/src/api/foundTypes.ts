/** The types of things that have a page here, as `types` of searchAnything takes them. */
export const typesWithPage = 'auto_order,order,customer,task';
