-- +goose Up
-- What somebody has done last is read from the end, however much lies before it.
@index(ix_hours_newest ON hours (person_id, id));
