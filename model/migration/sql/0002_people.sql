-- +goose Up
CREATE TABLE IF NOT EXISTS households (
  id @id,
  unit_id BIGINT NOT NULL,
  room @sealed,
  room_index @ascii(24) NOT NULL,
  created_at @time NOT NULL,
  CONSTRAINT uq_households_room UNIQUE (unit_id, room_index),
  CONSTRAINT ck_households_room CHECK (@is_sealed(room)),
  CONSTRAINT fk_households_unit FOREIGN KEY (unit_id) REFERENCES nodes (id)
) @table;

CREATE TABLE IF NOT EXISTS persons (
  id @id,
  node_id BIGINT NOT NULL,
  household_id BIGINT,
  name VARCHAR(40) NOT NULL,
  phone @sealed,
  phone_index @ascii(24),
  id_number @sealed,
  id_number_index @ascii(24),
  birth_date @sealed,
  address @sealed,
  membership @sealed,
  state @ascii(16) NOT NULL,
  created_at @time NOT NULL,
  updated_at @time NOT NULL,
  INDEX ix_persons_node (node_id, id),
  INDEX ix_persons_household (household_id),
  INDEX ix_persons_phone (phone_index),
  CONSTRAINT uq_persons_id_number UNIQUE (id_number_index),
  CONSTRAINT ck_persons_phone CHECK (@is_sealed(phone)),
  CONSTRAINT ck_persons_id_number CHECK (@is_sealed(id_number)),
  CONSTRAINT ck_persons_birth_date CHECK (@is_sealed(birth_date)),
  CONSTRAINT ck_persons_address CHECK (@is_sealed(address)),
  CONSTRAINT ck_persons_membership CHECK (@is_sealed(membership)),
  CONSTRAINT fk_persons_node FOREIGN KEY (node_id) REFERENCES nodes (id),
  CONSTRAINT fk_persons_household FOREIGN KEY (household_id) REFERENCES households (id)
) @table;

CREATE TABLE IF NOT EXISTS person_changes (
  id @id,
  person_id BIGINT NOT NULL,
  what @ascii(16) NOT NULL,
  reason @sealed,
  by_person_id BIGINT NOT NULL,
  at @time NOT NULL,
  INDEX ix_person_changes_person (person_id, id),
  CONSTRAINT ck_person_changes_reason CHECK (@is_sealed(reason)),
  CONSTRAINT fk_person_changes_person FOREIGN KEY (person_id) REFERENCES persons (id)
) @table;
