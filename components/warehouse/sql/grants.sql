-- What each role may do, and nothing else. Nobody but the administrator creates anything.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL PROCEDURES IN SCHEMA ops FROM PUBLIC;
REVOKE ALL ON ALL PROCEDURES IN SCHEMA mart FROM PUBLIC;
-- Without this everybody may COPY and UNLOAD with the cluster's own role:
-- docs.aws.amazon.com/redshift/latest/dg/r_GRANT-usage-notes.html#r_GRANT-usage-notes-assumerole
REVOKE ASSUMEROLE ON ALL FROM PUBLIC FOR ALL;

-- Analysts read.
GRANT USAGE ON SCHEMA lake TO ROLE analyst;
GRANT USAGE ON SCHEMA mart TO ROLE analyst;
GRANT SELECT ON mart.events TO ROLE analyst;
GRANT ROLE analyst TO "${analyst_user}";

-- The load replaces days of one table, by one procedure.
GRANT USAGE ON SCHEMA mart TO ROLE loader;
GRANT SELECT, INSERT, DELETE ON mart.events TO ROLE loader;
GRANT EXECUTE ON PROCEDURE mart.load_events(DATE) TO ROLE loader;
GRANT ASSUMEROLE ON DEFAULT TO ROLE loader FOR COPY;
GRANT ROLE loader TO "${loader_user}";

-- Auditors see who did what, and none of the data.
GRANT ROLE sys:monitor TO ROLE auditor;
GRANT ROLE auditor TO "${auditor_user}";
