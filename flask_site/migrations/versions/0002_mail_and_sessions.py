"""mail and sessions

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-22 12:00:00

"""
from alembic import op
import sqlalchemy as sa
from flask_site.columns import UTCDateTime

# revision identifiers, used by Alembic.
revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('mail_message',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), sa.Identity(always=False), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('object_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('date_created', UTCDateTime(), nullable=False),
    sa.Column('date_due', UTCDateTime(), nullable=False),
    sa.Column('attempts', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('date_sent', UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    op.create_index('mail_message_due', 'mail_message', ['date_sent', 'date_due'], unique=False)
    # Not in batch mode: it would drop users_user, to which other tables point.
    op.add_column('users_user', sa.Column('comment_mail', sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column('users_user', sa.Column('session_epoch', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), server_default='0', nullable=False))
    # With SESSION_STORE=server Flask-Session has made it already, even for this command.
    op.create_table('sessions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.String(length=255), nullable=True),
    sa.Column('data', sa.LargeBinary(), nullable=True),
    sa.Column('expiry', sa.DateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('session_id'),
    if_not_exists=True
    )


def downgrade():
    op.drop_table('sessions')
    op.drop_column('users_user', 'session_epoch')
    op.drop_column('users_user', 'comment_mail')
    op.drop_index('mail_message_due', table_name='mail_message')
    op.drop_table('mail_message')
