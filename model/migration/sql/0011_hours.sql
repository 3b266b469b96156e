-- +goose Up
CREATE TABLE IF NOT EXISTS service_kinds (
  code @ascii(24) NOT NULL PRIMARY KEY,
  name VARCHAR(40) NOT NULL,
  place INTEGER NOT NULL
) @table;

INSERT INTO service_kinds (code, name, place)
SELECT k.code, k.name, k.place FROM (
  SELECT 'environment' AS code, '环境整治' AS name, 1 AS place
  UNION ALL SELECT 'patrol', '治安巡逻', 2
  UNION ALL SELECT 'elderly', '助老助残', 3
  UNION ALL SELECT 'children', '关爱少年儿童', 4
  UNION ALL SELECT 'mediation', '邻里调解', 5
  UNION ALL SELECT 'repair', '便民维修', 6
  UNION ALL SELECT 'culture', '文体活动', 7
  UNION ALL SELECT 'publicity', '政策宣传', 8
  UNION ALL SELECT 'traffic', '文明劝导', 9
  UNION ALL SELECT 'health', '健康与防疫', 10
  UNION ALL SELECT 'emergency', '应急救援', 11
  UNION ALL SELECT 'other', '其他服务', 12
) AS k WHERE NOT EXISTS (SELECT 1 FROM service_kinds AS had WHERE had.code = k.code);

CREATE TABLE IF NOT EXISTS points_rules (
  id @id,
  district_id BIGINT NOT NULL,
  kind @ascii(24) NOT NULL,
  per_hour BIGINT NOT NULL,
  cap_points BIGINT NOT NULL,
  cap_minutes BIGINT NOT NULL,
  starts_at @time NOT NULL,
  made_by_id BIGINT NOT NULL,
  made_at @time NOT NULL,
  withdrawn_by_id BIGINT NOT NULL,
  withdrawn_at @time,
  active_key @ascii(80),
  INDEX ix_points_rules_district (district_id, starts_at),
  CONSTRAINT uq_points_rules_active UNIQUE (active_key)
) @table;

INSERT INTO points_rules (district_id, kind, per_hour, cap_points, cap_minutes, starts_at, made_by_id, made_at, withdrawn_by_id, active_key)
SELECT 0, '', 10, 80, 480, '2020-01-01 00:00:00', 0, '2020-01-01 00:00:00', 0, 'everywhere'
WHERE NOT EXISTS (SELECT 1 FROM points_rules WHERE district_id = 0);

CREATE TABLE IF NOT EXISTS hours (
  id @id,
  person_id BIGINT NOT NULL,
  source @ascii(12) NOT NULL,
  activity_id BIGINT,
  node_id BIGINT NOT NULL,
  kind @ascii(24) NOT NULL,
  content VARCHAR(500) NOT NULL,
  content_print @ascii(44) NOT NULL,
  place VARCHAR(80) NOT NULL,
  starts_at @time NOT NULL,
  ends_at @time,
  from_at @time,
  until_at @time,
  minutes BIGINT NOT NULL,
  state @ascii(12) NOT NULL,
  entered_by_id BIGINT NOT NULL,
  in_way @ascii(12) NOT NULL,
  out_way @ascii(12) NOT NULL,
  in_by_id BIGINT NOT NULL,
  out_by_id BIGINT NOT NULL,
  decided_by_id BIGINT NOT NULL,
  decided_at @time,
  reason VARCHAR(200) NOT NULL,
  evaluation VARCHAR(200) NOT NULL,
  points BIGINT NOT NULL,
  transfer_id BIGINT,
  created_at @time NOT NULL,
  INDEX ix_hours_person (person_id, starts_at),
  INDEX ix_hours_node (node_id, state, id),
  INDEX ix_hours_decided (decided_by_id, decided_at),
  INDEX ix_hours_print (content_print, node_id),
  CONSTRAINT uq_hours_attendance UNIQUE (activity_id, person_id),
  CONSTRAINT fk_hours_person FOREIGN KEY (person_id) REFERENCES persons (id),
  CONSTRAINT fk_hours_node FOREIGN KEY (node_id) REFERENCES nodes (id)
) @table;

CREATE TABLE IF NOT EXISTS hours_days (
  id @id,
  hours_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  day @ascii(10) NOT NULL,
  minutes BIGINT NOT NULL,
  counted BIGINT NOT NULL,
  sixtieths BIGINT NOT NULL,
  points BIGINT NOT NULL,
  INDEX ix_hours_days_person (person_id, day),
  CONSTRAINT uq_hours_days_day UNIQUE (hours_id, day),
  CONSTRAINT fk_hours_days_hours FOREIGN KEY (hours_id) REFERENCES hours (id)
) @table;

CREATE TABLE IF NOT EXISTS hours_changes (
  id @id,
  hours_id BIGINT NOT NULL,
  correction_id BIGINT NOT NULL,
  what @ascii(12) NOT NULL,
  kind @ascii(24) NOT NULL,
  content VARCHAR(500) NOT NULL,
  place VARCHAR(80) NOT NULL,
  starts_at @time NOT NULL,
  ends_at @time,
  minutes BIGINT NOT NULL,
  points BIGINT NOT NULL,
  transfer_id BIGINT,
  by_person_id BIGINT NOT NULL,
  at @time NOT NULL,
  INDEX ix_hours_changes_hours (hours_id, id),
  CONSTRAINT fk_hours_changes_hours FOREIGN KEY (hours_id) REFERENCES hours (id)
) @table;

CREATE TABLE IF NOT EXISTS corrections (
  id @id,
  hours_id BIGINT NOT NULL,
  node_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  state @ascii(12) NOT NULL,
  kind @ascii(24) NOT NULL,
  content VARCHAR(500) NOT NULL,
  place VARCHAR(80) NOT NULL,
  starts_at @time NOT NULL,
  ends_at @time NOT NULL,
  why VARCHAR(200) NOT NULL,
  asked_by_id BIGINT NOT NULL,
  asked_at @time NOT NULL,
  decided_by_id BIGINT NOT NULL,
  decided_at @time,
  reason VARCHAR(200) NOT NULL,
  open_hours_id BIGINT,
  INDEX ix_corrections_node (node_id, state, id),
  INDEX ix_corrections_hours (hours_id, id),
  CONSTRAINT uq_corrections_open UNIQUE (open_hours_id),
  CONSTRAINT fk_corrections_hours FOREIGN KEY (hours_id) REFERENCES hours (id)
) @table;

CREATE TABLE IF NOT EXISTS flags (
  id @id,
  hours_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  node_id BIGINT NOT NULL,
  rule_code @ascii(24) NOT NULL,
  detail VARCHAR(200) NOT NULL,
  raised_at @time NOT NULL,
  cleared_at @time,
  cleared_by_id BIGINT NOT NULL,
  note VARCHAR(200) NOT NULL,
  once_key @ascii(80) NOT NULL,
  INDEX ix_flags_node (node_id, id),
  INDEX ix_flags_hours (hours_id),
  CONSTRAINT uq_flags_once UNIQUE (once_key),
  CONSTRAINT fk_flags_hours FOREIGN KEY (hours_id) REFERENCES hours (id)
) @table;
