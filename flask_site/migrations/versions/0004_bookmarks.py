"""bookmarks, editions

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-22 18:46:57.409458

"""
from alembic import op
import sqlalchemy as sa
from flask_site.blog.triggers import make_triggers
from flask_site.columns import UTCDateTime

# revision identifiers, used by Alembic.
revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('blog_bookmark',
    sa.Column('author_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('date_posted', UTCDateTime(), nullable=False),
    sa.Column('post_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('rank', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('author_id', 'date_posted', 'post_id')
    )
    op.create_index('blog_bookmark_rank', 'blog_bookmark', ['author_id', 'rank'], unique=False)
    op.create_table('blog_edition',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('token', sa.String(length=36), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.drop_index('ix_blog_post_author_id', table_name='blog_post')
    op.create_index('blog_post_author', 'blog_post', ['author_id', sa.literal_column('date_posted DESC'), sa.literal_column('id DESC')], unique=False)
    # Triggers, which autogenerate does not know, and the first count.
    make_triggers(None, op.get_bind())


def downgrade():
    connection = op.get_bind()
    if connection.dialect.name == 'postgresql':
        op.execute('DROP FUNCTION blog_count_posts, blog_new_edition CASCADE')
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for name in connection.exec_driver_sql(query).scalars().all():
            op.execute(f'DROP TRIGGER {name}')
    op.drop_index('blog_post_author', table_name='blog_post')
    op.create_index('ix_blog_post_author_id', 'blog_post', ['author_id'], unique=False)
    op.drop_table('blog_edition')
    op.drop_table('blog_bookmark')
