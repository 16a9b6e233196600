-- Three roles for a map in PostgreSQL, each with what it needs and no more. Run by the owner of the map (who may make
-- roles, or an administrator made them before), with the map's schema first on the search path; again after an update:
--
--     psql "postgresql://OWNER@HOST/DATABASE" -f scripts/postgres_roles.sql
--
-- then, for each person:  CREATE ROLE ann LOGIN PASSWORD '...' IN ROLE discourse_reader;
--
--   discourse_reader  asks questions
--   discourse_editor  also corrects: nothing that the machine said is changed, and no correction is taken off the record
--   discourse_loader  also runs `discourse run`: writes pages and all that is made of them, but no correction

DO $$
DECLARE
  role TEXT;
BEGIN
  FOREACH role IN ARRAY ARRAY['discourse_reader', 'discourse_editor', 'discourse_loader'] LOOP
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = role) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', role);
    END IF;
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %I', current_schema(), role);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), role);
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO %I', current_schema(), role);
  END LOOP;
  EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC', current_schema());
  EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO discourse_editor, discourse_loader', current_database());
END $$;

-- What is derived, which corrections and runs bring up to date.
GRANT INSERT, UPDATE, DELETE ON verdict, shown, position, stale, argument, member, bereft, link, unlinked, stakeholder
  TO discourse_editor, discourse_loader;
GRANT UPDATE (revision) ON map_state TO discourse_editor, discourse_loader;

-- Editors say what is right about a statement; the statement, its stances and its page are not theirs to change.
GRANT INSERT, UPDATE (anchor, undone, undone_by) ON correction TO discourse_editor;
GRANT UPDATE (whose, hidden) ON statement TO discourse_editor;
GRANT INSERT, DELETE ON meta TO discourse_editor;

GRANT INSERT, UPDATE, DELETE ON meta, page, document, statement, vectors, words, stance, run, former, gone
  TO discourse_loader;
GRANT UPDATE (anchor) ON correction TO discourse_loader;

-- Of what the map says of itself, editors write only for which state arguments were grouped.
ALTER TABLE meta ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS known ON meta;
DROP POLICY IF EXISTS edited ON meta;
DROP POLICY IF EXISTS loaded ON meta;
CREATE POLICY known ON meta FOR SELECT USING (TRUE);
CREATE POLICY edited ON meta TO discourse_editor 
  USING (key IN ('arguments', 'grouped')) WITH CHECK (key IN ('arguments', 'grouped'));
CREATE POLICY loaded ON meta TO discourse_loader USING (TRUE) WITH CHECK (TRUE);
