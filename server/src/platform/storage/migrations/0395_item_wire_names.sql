-- The published clients spell these fields of an item in camel case: tagType and tagValue of a tag, expirationDts of a property,
-- shippingLabel of google_product_search. Until now they were taken and stored in snake case.

update item set document = jsonb_set(document, '{tags,tags}', coalesce((
    select jsonb_agg(case jsonb_typeof(tag) when 'object' then jsonb_strip_nulls(
        (tag - 'tag_type' - 'tag_value') || jsonb_build_object(
          'tagType', coalesce(tag -> 'tagType', tag -> 'tag_type'), 'tagValue', coalesce(tag -> 'tagValue', tag -> 'tag_value')))
      else tag end order by place)
    from jsonb_array_elements(document #> '{tags,tags}') with ordinality as t (tag, place)), '[]'))
where jsonb_typeof(document #> '{tags,tags}') = 'array' and document::text like '%"tag_%';

update item set document = jsonb_set(document, '{properties}', coalesce((
    select jsonb_agg(case jsonb_typeof(property) when 'object' then jsonb_strip_nulls(
        (property - 'expiration_dts')
          || jsonb_build_object('expirationDts', coalesce(property -> 'expirationDts', property -> 'expiration_dts')))
      else property end order by place)
    from jsonb_array_elements(document -> 'properties') with ordinality as p (property, place)), '[]'))
where jsonb_typeof(document -> 'properties') = 'array' and document::text like '%"expiration_dts"%';

update item set document = jsonb_set(document #- '{google_product_search,shipping_label}', '{google_product_search,shippingLabel}',
    document #> '{google_product_search,shipping_label}')
where document #> '{google_product_search,shipping_label}' is not null;
