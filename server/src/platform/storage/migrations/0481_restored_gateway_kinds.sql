-- compatible
-- The kind of the gateway that knows the charge. The settings may name the gateway no more when the charge is settled; its kind decides who may charge the card next.
alter table restored_charge add column gateway_kind text;
