-- Keeps the bookmarks and the edition true whoever writes: a view, a bulk load, a shell.
-- All of it can run again: it makes what is missing and counts anew.
-- A blank line ends a statement. List 0 is the list of all posts.

CREATE TRIGGER IF NOT EXISTS blog_post_added AFTER INSERT ON blog_post BEGIN
  INSERT INTO blog_bookmark (author_id, date_posted, post_id, rank)
  SELECT author_id, date_posted, 0, 0
  FROM (SELECT 0 AS author_id UNION SELECT NEW.author_id),
    (SELECT '0001-01-01 00:00:00' AS date_posted UNION SELECT '9999-12-31 00:00:00')
  WHERE true
  ON CONFLICT DO NOTHING;
  UPDATE blog_bookmark SET rank = rank + 1
  WHERE author_id IN (0, NEW.author_id)
    AND (date_posted, post_id) >= (NEW.date_posted, NEW.id);
  -- More than 500 posts lie between two bookmarks: one more, after 250 of them.
  INSERT INTO blog_bookmark (author_id, date_posted, post_id, rank)
  SELECT 0, post.date_posted, post.id, below.rank + 250
  FROM (
    SELECT date_posted, post_id, rank FROM blog_bookmark
    WHERE author_id = 0 AND (date_posted, post_id) < (NEW.date_posted, NEW.id)
    ORDER BY date_posted DESC, post_id DESC LIMIT 1
  ) AS below, blog_post AS post
  WHERE below.rank + 500 < (
      SELECT rank FROM blog_bookmark
      WHERE author_id = 0 AND (date_posted, post_id) >= (NEW.date_posted, NEW.id)
      ORDER BY date_posted, post_id LIMIT 1
    ) AND post.id = (
      SELECT id FROM blog_post
      WHERE (date_posted, id) > (below.date_posted, below.post_id)
      ORDER BY date_posted, id LIMIT 1 OFFSET 249
    );
  INSERT INTO blog_bookmark (author_id, date_posted, post_id, rank)
  SELECT NEW.author_id, post.date_posted, post.id, below.rank + 250
  FROM (
    SELECT date_posted, post_id, rank FROM blog_bookmark
    WHERE author_id = NEW.author_id AND (date_posted, post_id) < (NEW.date_posted, NEW.id)
    ORDER BY date_posted DESC, post_id DESC LIMIT 1
  ) AS below, blog_post AS post
  WHERE below.rank + 500 < (
      SELECT rank FROM blog_bookmark
      WHERE author_id = NEW.author_id
        AND (date_posted, post_id) >= (NEW.date_posted, NEW.id)
      ORDER BY date_posted, post_id LIMIT 1
    ) AND post.id = (
      SELECT id FROM blog_post
      WHERE author_id = NEW.author_id
        AND (date_posted, id) > (below.date_posted, below.post_id)
      ORDER BY date_posted, id LIMIT 1 OFFSET 249
    );
END;

CREATE TRIGGER IF NOT EXISTS blog_post_removed AFTER DELETE ON blog_post BEGIN
  UPDATE blog_bookmark SET rank = rank - 1
  WHERE author_id IN (0, OLD.author_id)
    AND (date_posted, post_id) >= (OLD.date_posted, OLD.id);
END;

CREATE TRIGGER IF NOT EXISTS blog_post_moved
AFTER UPDATE OF id, author_id, date_posted ON blog_post BEGIN
  INSERT INTO blog_bookmark (author_id, date_posted, post_id, rank)
  SELECT NEW.author_id, date_posted, 0, 0
  FROM (SELECT '0001-01-01 00:00:00' AS date_posted UNION SELECT '9999-12-31 00:00:00')
  WHERE true
  ON CONFLICT DO NOTHING;
  UPDATE blog_bookmark SET rank = rank - 1
  WHERE author_id IN (0, OLD.author_id)
    AND (date_posted, post_id) >= (OLD.date_posted, OLD.id);
  UPDATE blog_bookmark SET rank = rank + 1
  WHERE author_id IN (0, NEW.author_id)
    AND (date_posted, post_id) >= (NEW.date_posted, NEW.id);
END;

CREATE TRIGGER IF NOT EXISTS blog_edition_post_added AFTER INSERT ON blog_post BEGIN
  INSERT INTO blog_edition (id, token) VALUES (1, hex(randomblob(16)))
  ON CONFLICT (id) DO UPDATE SET token = excluded.token;
END;

CREATE TRIGGER IF NOT EXISTS blog_edition_post_changed AFTER UPDATE ON blog_post BEGIN
  INSERT INTO blog_edition (id, token) VALUES (1, hex(randomblob(16)))
  ON CONFLICT (id) DO UPDATE SET token = excluded.token;
END;

CREATE TRIGGER IF NOT EXISTS blog_edition_post_removed AFTER DELETE ON blog_post BEGIN
  INSERT INTO blog_edition (id, token) VALUES (1, hex(randomblob(16)))
  ON CONFLICT (id) DO UPDATE SET token = excluded.token;
END;

CREATE TRIGGER IF NOT EXISTS blog_edition_comment_added AFTER INSERT ON blog_comment BEGIN
  INSERT INTO blog_edition (id, token) VALUES (1, hex(randomblob(16)))
  ON CONFLICT (id) DO UPDATE SET token = excluded.token;
END;

CREATE TRIGGER IF NOT EXISTS blog_edition_comment_moved
AFTER UPDATE OF post_id ON blog_comment BEGIN
  INSERT INTO blog_edition (id, token) VALUES (1, hex(randomblob(16)))
  ON CONFLICT (id) DO UPDATE SET token = excluded.token;
END;

CREATE TRIGGER IF NOT EXISTS blog_edition_comment_removed
AFTER DELETE ON blog_comment BEGIN
  INSERT INTO blog_edition (id, token) VALUES (1, hex(randomblob(16)))
  ON CONFLICT (id) DO UPDATE SET token = excluded.token;
END;

CREATE TRIGGER IF NOT EXISTS blog_edition_user_renamed
AFTER UPDATE OF username ON users_user BEGIN
  INSERT INTO blog_edition (id, token) VALUES (1, hex(randomblob(16)))
  ON CONFLICT (id) DO UPDATE SET token = excluded.token;
END;

INSERT INTO blog_edition (id, token) VALUES (1, hex(randomblob(16)))
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
UNION ALL SELECT 0, '0001-01-01 00:00:00', 0, 0
UNION ALL SELECT 0, '9999-12-31 00:00:00', 0, count(*) FROM blog_post
UNION ALL
SELECT author_id, '0001-01-01 00:00:00', 0, 0 FROM blog_post GROUP BY author_id
UNION ALL
SELECT author_id, '9999-12-31 00:00:00', 0, count(*) FROM blog_post GROUP BY author_id;
