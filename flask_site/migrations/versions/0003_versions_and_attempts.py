"""versions, submissions, attempts

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-22 15:40:00

"""
from alembic import op
import sqlalchemy as sa
from flask_site.columns import UTCDateTime

# revision identifiers, used by Alembic.
revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade():
    # Not in batch mode: it would make the tables anew, without all that they have.
    op.add_column('blog_post', sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), server_default='1', nullable=False))
    op.add_column('blog_post', sa.Column('submission', sa.Uuid(), nullable=True))
    op.create_index(op.f('ix_blog_post_submission'), 'blog_post', ['submission'], unique=True)
    op.add_column('blog_comment', sa.Column('submission', sa.Uuid(), nullable=True))
    op.create_index(op.f('ix_blog_comment_submission'), 'blog_comment', ['submission'], unique=True)
    op.create_table('users_attempt',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), sa.Identity(always=False), nullable=False),
    sa.Column('address', sa.String(length=45), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('date_tried', UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    op.create_index('users_attempt_recent', 'users_attempt', ['address', 'date_tried'], unique=False)


def downgrade():
    op.drop_index('users_attempt_recent', table_name='users_attempt')
    op.drop_table('users_attempt')
    op.drop_index(op.f('ix_blog_comment_submission'), table_name='blog_comment')
    op.drop_column('blog_comment', 'submission')
    op.drop_index(op.f('ix_blog_post_submission'), table_name='blog_post')
    op.drop_column('blog_post', 'submission')
    op.drop_column('blog_post', 'version')
