-- +goose Up
INSERT INTO locks (name) SELECT 'matter_categories' WHERE NOT EXISTS (SELECT 1 FROM locks WHERE name = 'matter_categories');

CREATE TABLE IF NOT EXISTS matter_categories (
  code @ascii(24) NOT NULL PRIMARY KEY,
  name VARCHAR(40) NOT NULL,
  hint VARCHAR(200) NOT NULL,
  place BIGINT NOT NULL,
  shared @bool NOT NULL,
  shared_at @time,
  ended_at @time
) @table;

CREATE TABLE IF NOT EXISTS matter_questions (
  id @id,
  category @ascii(24) NOT NULL,
  place BIGINT NOT NULL,
  words VARCHAR(120) NOT NULL,
  kind @ascii(12) NOT NULL,
  choices VARCHAR(400) NOT NULL,
  required @bool NOT NULL,
  stops_at VARCHAR(40) NOT NULL,
  stop_phone @ascii(20) NOT NULL,
  stop_words VARCHAR(200) NOT NULL,
  CONSTRAINT uq_matter_questions_place UNIQUE (category, place),
  CONSTRAINT fk_matter_questions_category FOREIGN KEY (category) REFERENCES matter_categories (code)
) @table;

CREATE TABLE IF NOT EXISTS matter_limits (
  category @ascii(24) NOT NULL,
  step @ascii(12) NOT NULL,
  accept_hours BIGINT NOT NULL,
  resolve_hours BIGINT NOT NULL,
  CONSTRAINT pk_matter_limits PRIMARY KEY (category, step)
) @clustered;

INSERT INTO matter_categories (code, name, hint, place, shared)
SELECT k.code, k.name, k.hint, k.place, k.shared FROM (
  SELECT 'repair' AS code, '公共设施维修' AS name, '路灯、楼道灯、水管、路面、健身器材等' AS hint, 1 AS place, TRUE AS shared
  UNION ALL SELECT 'hygiene', '环境卫生', '垃圾、积水、杂物堆放、虫鼠等', 2, TRUE
  UNION ALL SELECT 'safety', '安全隐患', '消防通道、电线、燃气、高空坠物、电动车充电等', 3, TRUE
  UNION ALL SELECT 'parking', '停车与出行', '乱停车、占道、车位等', 4, TRUE
  UNION ALL SELECT 'noise', '噪声扰民', '施工、装修、广场舞、宠物等', 5, TRUE
  UNION ALL SELECT 'property', '物业与业委会', '物业服务、收费、维修资金等', 6, TRUE
  UNION ALL SELECT 'neighbours', '邻里纠纷', '漏水、占用、争执等,需要调解的', 7, FALSE
  UNION ALL SELECT 'hardship', '困难帮扶', '生活、就医、就学、照料上的困难', 8, FALSE
  UNION ALL SELECT 'policy', '政策咨询', '社保、低保、优待、证明等怎么办', 9, FALSE
  UNION ALL SELECT 'conduct', '作风与监督', '对干部、单元长、物业人员的意见', 10, FALSE
  UNION ALL SELECT 'other', '其他', '不知道归到哪一类的', 11, FALSE
) AS k WHERE NOT EXISTS (SELECT 1 FROM matter_categories AS had WHERE had.code = k.code);

INSERT INTO matter_questions (category, place, words, kind, choices, required, stops_at, stop_phone, stop_words)
SELECT k.category, k.place, k.words, k.kind, k.choices, k.required, k.stops_at, k.stop_phone, k.stop_words FROM (
  SELECT 'safety' AS category, 1 AS place, '现在有没有着火、漏气或者有人被困?' AS words, 'yes_no' AS kind, '' AS choices, TRUE AS required, 'yes' AS stops_at, '119' AS stop_phone, '请马上离开危险的地方,拨打119。确认安全以后再来上报。' AS stop_words
  UNION ALL SELECT 'safety', 2, '有没有人受伤?', 'yes_no', '', TRUE, 'yes', '120', '请马上拨打120。伤者得到救治以后再来上报。'
  UNION ALL SELECT 'neighbours', 1, '现在有没有人动手打人,或者威胁要伤人?', 'yes_no', '', TRUE, 'yes', '110', '请马上拨打110,先保证自己和家人安全。事后需要调解再来上报。'
  UNION ALL SELECT 'hardship', 1, '有没有人急病,或者有轻生的念头?', 'yes_no', '', TRUE, 'yes', '120', '请马上拨打120;有人要伤害自己的,同时拨打110。情况稳定以后再来上报。'
  UNION ALL SELECT 'repair', 1, '从什么时候开始的?', 'text', '', FALSE, '', '', ''
  UNION ALL SELECT 'noise', 1, '一般什么时候最吵?', 'choice', '白天|晚上|半夜|全天', FALSE, '', '', ''
) AS k WHERE NOT EXISTS (SELECT 1 FROM matter_questions AS had WHERE had.category = k.category AND had.place = k.place);

INSERT INTO matter_limits (category, step, accept_hours, resolve_hours)
SELECT k.category, k.step, k.accept_hours, k.resolve_hours FROM (
  SELECT '' AS category, 'chief' AS step, 24 AS accept_hours, 72 AS resolve_hours
  UNION ALL SELECT '', 'branch', 24, 120
  UNION ALL SELECT '', 'community', 48, 240
  UNION ALL SELECT 'safety', 'chief', 4, 24
  UNION ALL SELECT 'safety', 'branch', 4, 48
  UNION ALL SELECT 'safety', 'community', 8, 72
) AS k WHERE NOT EXISTS (SELECT 1 FROM matter_limits AS had WHERE had.category = k.category AND had.step = k.step);

CREATE TABLE IF NOT EXISTS matters (
  id BIGINT NOT NULL PRIMARY KEY,
  reporter_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  entered_by_id BIGINT NOT NULL,
  category @ascii(24) NOT NULL,
  words VARCHAR(1000) NOT NULL,
  place VARCHAR(80) NOT NULL,
  urgent @bool NOT NULL,
  anonymity @ascii(12) NOT NULL,
  node_id BIGINT NOT NULL,
  grid_id BIGINT NOT NULL,
  community_id BIGINT NOT NULL,
  state @ascii(12) NOT NULL,
  is_open @bool NOT NULL,
  step @ascii(12) NOT NULL,
  handler_id BIGINT NOT NULL,
  moves BIGINT NOT NULL,
  reopened BIGINT NOT NULL,
  outcome @ascii(12) NOT NULL,
  desk_id BIGINT,
  due_at @time,
  look_at @time,
  warned @bool NOT NULL,
  overdue @bool NOT NULL,
  allowed_seconds BIGINT NOT NULL,
  left_seconds BIGINT NOT NULL,
  joined BIGINT NOT NULL,
  check_state @ascii(12) NOT NULL,
  check_label BIGINT NOT NULL,
  check_reason VARCHAR(200) NOT NULL,
  checked_by_id BIGINT NOT NULL,
  checked_at @time,
  check_since @time,
  created_at @time NOT NULL,
  closed_at @time,
  INDEX ix_matters_desk (desk_id, due_at, id),
  INDEX ix_matters_look (look_at),
  INDEX ix_matters_handler (handler_id, is_open, due_at, id),
  INDEX ix_matters_reporter (reporter_id, id),
  INDEX ix_matters_node (node_id, state, id),
  INDEX ix_matters_node_category (node_id, category, state, id),
  INDEX ix_matters_node_closed (node_id, closed_at),
  INDEX ix_matters_grid (grid_id, state, id),
  INDEX ix_matters_grid_category (grid_id, category, state, id),
  INDEX ix_matters_grid_closed (grid_id, closed_at),
  INDEX ix_matters_community (community_id, state, id),
  INDEX ix_matters_community_category (community_id, category, state, id),
  INDEX ix_matters_community_closed (community_id, closed_at),
  INDEX ix_matters_check (check_state, id),
  CONSTRAINT fk_matters_reporter FOREIGN KEY (reporter_id) REFERENCES persons (id),
  CONSTRAINT fk_matters_node FOREIGN KEY (node_id) REFERENCES nodes (id)
) @table;

CREATE TABLE IF NOT EXISTS matter_answers (
  matter_id BIGINT NOT NULL,
  place BIGINT NOT NULL,
  question VARCHAR(120) NOT NULL,
  answer VARCHAR(200) NOT NULL,
  CONSTRAINT pk_matter_answers PRIMARY KEY (matter_id, place),
  CONSTRAINT fk_matter_answers_matter FOREIGN KEY (matter_id) REFERENCES matters (id)
) @clustered;

CREATE TABLE IF NOT EXISTS matter_events (
  matter_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  at @time NOT NULL,
  move @ascii(12) NOT NULL,
  by_person_id BIGINT NOT NULL,
  by_role @ascii(24) NOT NULL,
  for_person_id BIGINT NOT NULL,
  state_before @ascii(12) NOT NULL,
  state @ascii(12) NOT NULL,
  step_before @ascii(12) NOT NULL,
  step @ascii(12) NOT NULL,
  handler_id BIGINT NOT NULL,
  outcome @ascii(12) NOT NULL,
  due_at @time,
  allowed_seconds BIGINT NOT NULL,
  left_seconds BIGINT NOT NULL,
  words VARCHAR(1000) NOT NULL,
  CONSTRAINT pk_matter_events PRIMARY KEY (matter_id, seq),
  CONSTRAINT fk_matter_events_matter FOREIGN KEY (matter_id) REFERENCES matters (id)
) @clustered;

CREATE TABLE IF NOT EXISTS matter_terms (
  scope_id BIGINT NOT NULL,
  term BIGINT NOT NULL,
  matter_id BIGINT NOT NULL,
  CONSTRAINT pk_matter_terms PRIMARY KEY (scope_id, term, matter_id)
) @clustered;

CREATE TABLE IF NOT EXISTS matter_joins (
  matter_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  joined_at @time NOT NULL,
  left_at @time,
  INDEX ix_matter_joins_person (person_id, matter_id),
  CONSTRAINT pk_matter_joins PRIMARY KEY (matter_id, person_id),
  CONSTRAINT fk_matter_joins_matter FOREIGN KEY (matter_id) REFERENCES matters (id),
  CONSTRAINT fk_matter_joins_person FOREIGN KEY (person_id) REFERENCES persons (id)
) @clustered;

CREATE TABLE IF NOT EXISTS matter_notes (
  id @id,
  matter_id BIGINT NOT NULL,
  by_person_id BIGINT NOT NULL,
  at @time NOT NULL,
  words VARCHAR(500) NOT NULL,
  INDEX ix_matter_notes_matter (matter_id, id),
  CONSTRAINT fk_matter_notes_matter FOREIGN KEY (matter_id) REFERENCES matters (id)
) @table;

CREATE TABLE IF NOT EXISTS matter_originals (
  matter_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  file_id BIGINT NOT NULL,
  words VARCHAR(1000) NOT NULL,
  by_person_id BIGINT NOT NULL,
  at @time NOT NULL,
  reason VARCHAR(200) NOT NULL,
  CONSTRAINT pk_matter_originals PRIMARY KEY (matter_id, seq, file_id),
  CONSTRAINT fk_matter_originals_matter FOREIGN KEY (matter_id) REFERENCES matters (id)
) @clustered;

CREATE TABLE IF NOT EXISTS reply_templates (
  id @id,
  node_id BIGINT NOT NULL,
  title VARCHAR(40) NOT NULL,
  words VARCHAR(500) NOT NULL,
  made_by_id BIGINT NOT NULL,
  made_at @time NOT NULL,
  INDEX ix_reply_templates_node (node_id, id),
  CONSTRAINT fk_reply_templates_node FOREIGN KEY (node_id) REFERENCES nodes (id)
) @table;

CREATE TABLE IF NOT EXISTS reporter_limits (
  id @id,
  person_id BIGINT NOT NULL,
  node_id BIGINT NOT NULL,
  a_day BIGINT NOT NULL,
  reason VARCHAR(200) NOT NULL,
  made_by_id BIGINT NOT NULL,
  starts_at @time NOT NULL,
  ends_at @time NOT NULL,
  state @ascii(12) NOT NULL,
  objection VARCHAR(500) NOT NULL,
  objected_at @time,
  decided_by_id BIGINT NOT NULL,
  decided_at @time,
  decision VARCHAR(200) NOT NULL,
  open_person_id BIGINT,
  INDEX ix_reporter_limits_node (node_id, id),
  INDEX ix_reporter_limits_person (person_id, id),
  CONSTRAINT uq_reporter_limits_open UNIQUE (open_person_id),
  CONSTRAINT ck_reporter_limits_a_day CHECK (a_day >= 1),
  CONSTRAINT fk_reporter_limits_person FOREIGN KEY (person_id) REFERENCES persons (id),
  CONSTRAINT fk_reporter_limits_node FOREIGN KEY (node_id) REFERENCES nodes (id)
) @table;
