-- How many pieces of each line refunds put back into stock, in the order of the lines.
alter table orders add column restocked json;
