-- A rebill keeps the plan of its latest attempt with the rules of each price, for people who ask why
-- it cost what it cost. Rebills of earlier versions have none.
alter table rebill add column explanation json;
