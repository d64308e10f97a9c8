"""The forms of the blog."""

from django import forms

from .models import Comment, Post
from .submissions import new_submission


class PostForm(forms.ModelForm):
    """What a post is made of."""

    class Meta:
        model = Post
        fields = ["title", "body"]
        widgets = {"body": forms.Textarea({"rows": 16})}


class NewPostForm(PostForm):
    """Write a post."""

    submission = forms.CharField(
        widget=forms.HiddenInput, required=False, initial=new_submission
    )


class EditPostForm(PostForm):
    """Change the post that the form was made of, and no newer one."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def is_same(self, post):
        """Return whether the post is as it was typed."""
        data = self.cleaned_data
        return (data["title"], data["body"]) == (post.title, post.body)


class CommentForm(forms.ModelForm):
    """Reply under a name."""

    submission = forms.CharField(
        widget=forms.HiddenInput, required=False, initial=new_submission
    )

    class Meta:
        model = Comment
        fields = ["name", "email", "body"]
        widgets = {"body": forms.Textarea({"rows": 6})}


class UserCommentForm(CommentForm):
    """Reply as a signed-in user."""

    class Meta(CommentForm.Meta):
        fields = ["body"]
