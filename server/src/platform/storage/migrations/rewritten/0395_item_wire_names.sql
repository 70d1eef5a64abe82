-- 0395_item_wire_names.sql in a form that runs on tables that are distributed already: Citus accepts only immutable functions in the CASE and COALESCE of an update,
-- and jsonb_agg and jsonb_build_object are not. The result is the same.

update item set document = jsonb_set(document, '{tags,tags}', coalesce((
    select ('[' || string_agg((case jsonb_typeof(tag) when 'object' then jsonb_strip_nulls(
        jsonb_set(jsonb_set(tag - 'tag_type' - 'tag_value',
          '{tagType}', coalesce(tag -> 'tagType', tag -> 'tag_type', 'null')),
          '{tagValue}', coalesce(tag -> 'tagValue', tag -> 'tag_value', 'null')))
      else tag end)::text, ',' order by place) || ']')::jsonb
    from jsonb_array_elements(document #> '{tags,tags}') with ordinality as t (tag, place)), '[]'))
where jsonb_typeof(document #> '{tags,tags}') = 'array' and document::text like '%"tag_%';

update item set document = jsonb_set(document, '{properties}', coalesce((
    select ('[' || string_agg((case jsonb_typeof(property) when 'object' then jsonb_strip_nulls(
        jsonb_set(property - 'expiration_dts',
          '{expirationDts}', coalesce(property -> 'expirationDts', property -> 'expiration_dts', 'null')))
      else property end)::text, ',' order by place) || ']')::jsonb
    from jsonb_array_elements(document -> 'properties') with ordinality as p (property, place)), '[]'))
where jsonb_typeof(document -> 'properties') = 'array' and document::text like '%"expiration_dts"%';

update item set document = jsonb_set(document #- '{google_product_search,shipping_label}', '{google_product_search,shippingLabel}',
    document #> '{google_product_search,shipping_label}')
where document #> '{google_product_search,shipping_label}' is not null;
