-- Keeps the bookmarks and the edition true whoever writes: a view, a bulk load, a shell.
-- All of it can run again: it makes what is missing and counts anew.
-- A blank line ends a statement. List 0 is the list of all posts.

-- Writers stand in line here, before they lock anything else, so that no two wait for
-- each other; and each counts what those before it wrote.
CREATE OR REPLACE FUNCTION blog_new_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO blog_edition (id, token) VALUES (1, gen_random_uuid()::text)
  ON CONFLICT (id) DO UPDATE SET token = excluded.token;
  RETURN NULL;
END $$;

-- Once a statement, for a row that is updated a million times in one transaction
-- would be a million rows. Counts again from the bookmark below to the one above.
CREATE OR REPLACE FUNCTION blog_count_posts() RETURNS trigger LANGUAGE plpgsql
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  list record;
  below blog_bookmark;
  above blog_bookmark;
  counted bigint;
BEGIN
  FOR list IN
    SELECT author_id, min(date_posted) AS first, max(date_posted) AS last
    FROM (
      SELECT 0 AS author_id, date_posted FROM changed
      UNION ALL SELECT author_id, date_posted FROM changed
    ) AS places
    GROUP BY author_id
  LOOP
    INSERT INTO blog_bookmark (author_id, date_posted, post_id, rank)
    VALUES (list.author_id, '0001-01-01 00:00:00+00', 0, 0),
      (list.author_id, '9999-12-31 00:00:00+00', 0, 0)
    ON CONFLICT DO NOTHING;
    SELECT * INTO below FROM blog_bookmark
    WHERE author_id = list.author_id AND date_posted < list.first
    ORDER BY date_posted DESC, post_id DESC LIMIT 1;
    SELECT * INTO above FROM blog_bookmark
    WHERE author_id = list.author_id AND date_posted > list.last
    ORDER BY date_posted, post_id LIMIT 1;
    DELETE FROM blog_bookmark
    WHERE author_id = list.author_id
      AND date_posted BETWEEN list.first AND list.last;
    WITH found AS (
      SELECT date_posted, id, row_number() OVER (ORDER BY date_posted, id) AS number
      FROM blog_post
      WHERE (list.author_id = 0 OR author_id = list.author_id)
        AND (date_posted, id) > (below.date_posted, below.post_id)
        AND (date_posted, id) <= (above.date_posted, above.post_id)
    ), total AS (
      SELECT count(*) AS number FROM found
    ), added AS (
      -- More than 500 posts lie between two bookmarks: more of them, 250 apart.
      INSERT INTO blog_bookmark (author_id, date_posted, post_id, rank)
      SELECT list.author_id, date_posted, id, below.rank + found.number
      FROM found, total
      WHERE total.number > 500 AND mod(found.number, 250) = 0
        AND found.number < total.number
    )
    SELECT number INTO counted FROM total;
    UPDATE blog_bookmark SET rank = rank + below.rank + counted - above.rank
    WHERE author_id = list.author_id
      AND (date_posted, post_id) >= (above.date_posted, above.post_id)
      AND below.rank + counted <> above.rank;
  END LOOP;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER blog_post_added AFTER INSERT ON blog_post
REFERENCING NEW TABLE AS changed EXECUTE FUNCTION blog_count_posts();

CREATE OR REPLACE TRIGGER blog_post_removed AFTER DELETE ON blog_post
REFERENCING OLD TABLE AS changed EXECUTE FUNCTION blog_count_posts();

CREATE OR REPLACE TRIGGER blog_post_moved_away AFTER UPDATE ON blog_post
REFERENCING OLD TABLE AS changed EXECUTE FUNCTION blog_count_posts();

CREATE OR REPLACE TRIGGER blog_post_moved_here AFTER UPDATE ON blog_post
REFERENCING NEW TABLE AS changed EXECUTE FUNCTION blog_count_posts();

CREATE OR REPLACE TRIGGER blog_edition_post
BEFORE INSERT OR DELETE OR UPDATE ON blog_post
EXECUTE FUNCTION blog_new_edition();

CREATE OR REPLACE TRIGGER blog_edition_comment
BEFORE INSERT OR DELETE OR UPDATE OF post_id ON blog_comment
EXECUTE FUNCTION blog_new_edition();

CREATE OR REPLACE TRIGGER blog_edition_user_renamed
BEFORE UPDATE OF username ON users_user
EXECUTE FUNCTION blog_new_edition();

INSERT INTO blog_edition (id, token) VALUES (1, gen_random_uuid()::text)
ON CONFLICT (id) DO UPDATE SET token = excluded.token;

DELETE FROM blog_bookmark;

INSERT INTO blog_bookmark (author_id, date_posted, post_id, rank)
SELECT author_id, date_posted, id, rank FROM (
  SELECT 0 AS author_id, date_posted, id,
    row_number() OVER (ORDER BY date_posted, id) AS rank
  FROM blog_post
  UNION ALL
  SELECT author_id, date_posted, id,
    row_number() OVER (PARTITION BY author_id ORDER BY date_posted, id)
  FROM blog_post
) AS ranked WHERE rank = rank / 250 * 250
UNION ALL SELECT 0, '0001-01-01 00:00:00+00', 0, 0
UNION ALL SELECT 0, '9999-12-31 00:00:00+00', 0, count(*) FROM blog_post
UNION ALL
SELECT author_id, '0001-01-01 00:00:00+00', 0, 0 FROM blog_post GROUP BY author_id
UNION ALL
SELECT author_id, '9999-12-31 00:00:00+00', 0, count(*) FROM blog_post GROUP BY author_id;
