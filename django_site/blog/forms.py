"""The forms of the blog."""

from django import forms

from .models import Comment, Post


class PostForm(forms.ModelForm):
    """Write a post."""

    class Meta:
        model = Post
        fields = ["title", "body"]
        widgets = {"body": forms.Textarea({"rows": 16})}


class CommentForm(forms.ModelForm):
    """Reply under a name."""

    class Meta:
        model = Comment
        fields = ["name", "email", "body"]
        widgets = {"body": forms.Textarea({"rows": 6})}


class UserCommentForm(CommentForm):
    """Reply as a signed-in user."""

    class Meta(CommentForm.Meta):
        fields = ["body"]
