-- The history keeps, along with its sentence, who made a change and which fields it changed. Lines
-- of earlier versions have the sentence alone.
alter table auto_order_log add column actor json;
alter table auto_order_log add column changes json;
