-- Bookmarks whose rank is not the number of posts at or before their place in a list,
-- and lists of authors without bookmarks. List 0 is the list of all posts.
SELECT author_id, rank, true_rank FROM (
  SELECT author_id, post, rank, sum(post) OVER (
    PARTITION BY author_id ORDER BY date_posted, post_id, post DESC
  ) AS true_rank
  FROM (
    SELECT 0 AS author_id, date_posted, id AS post_id, 1 AS post, 0 AS rank FROM blog_post
    UNION ALL SELECT author_id, date_posted, id, 1, 0 FROM blog_post
    UNION ALL SELECT author_id, date_posted, post_id, 0, rank FROM blog_bookmark
  ) AS places
) AS counted
WHERE post = 0 AND rank <> true_rank
UNION ALL
SELECT author_id, 0, count(*) FROM blog_post
WHERE author_id NOT IN (SELECT author_id FROM blog_bookmark)
GROUP BY author_id
