-- Roles of the database and one user for each IAM role that may log in. A user has no password: Redshift gives credentials
-- for a quarter of an hour to whoever has the IAM role. Redshift knows no CREATE ROLE IF NOT EXISTS, hence the procedures.
-- docs.aws.amazon.com/redshift/latest/mgmt/generating-iam-credentials-overview.html
CREATE SCHEMA IF NOT EXISTS ops;

CREATE OR REPLACE PROCEDURE ops.ensure_role(wanted IN VARCHAR(128)) AS $$
DECLARE
  found INTEGER;
BEGIN
  SELECT INTO found COUNT(*) FROM svv_roles WHERE role_name = wanted;
  IF found = 0 THEN
    EXECUTE 'CREATE ROLE ' || QUOTE_IDENT(wanted);
  END IF;
END;
$$ LANGUAGE plpgsql;

CREATE OR REPLACE PROCEDURE ops.ensure_user(wanted IN VARCHAR(128)) AS $$
DECLARE
  found INTEGER;
BEGIN
  SELECT INTO found COUNT(*) FROM pg_user WHERE usename = wanted;
  IF found = 0 THEN
    EXECUTE 'CREATE USER ' || QUOTE_IDENT(wanted) || ' PASSWORD DISABLE';
  END IF;
END;
$$ LANGUAGE plpgsql;

CALL ops.ensure_role('analyst');
CALL ops.ensure_role('loader');
CALL ops.ensure_role('auditor');

CALL ops.ensure_user('${analyst_user}');
CALL ops.ensure_user('${loader_user}');
CALL ops.ensure_user('${auditor_user}');
