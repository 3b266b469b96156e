-- +goose Up
-- What a person's confirmed hours come to is kept, and what waits of them is counted by an index: reading it
-- costs the same however long somebody has served.
CREATE TABLE IF NOT EXISTS service_totals (
  person_id BIGINT NOT NULL PRIMARY KEY,
  services BIGINT NOT NULL,
  minutes BIGINT NOT NULL,
  CONSTRAINT fk_service_totals_person FOREIGN KEY (person_id) REFERENCES persons (id)
) @table;

DELETE FROM service_totals;
INSERT INTO service_totals (person_id, services, minutes)
SELECT person_id, COUNT(*), SUM(minutes) FROM hours WHERE state = 'confirmed' GROUP BY person_id;

@index(ix_hours_state ON hours (person_id, state, id));

-- What is unread is few, whatever was read before it.
@index(ix_notices_unread ON notices (person_id, read_at, id));
