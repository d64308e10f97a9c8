"""The pages of the blog: the request is an argument, the settings an import."""

from functools import partial

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.paginator import InvalidPage
from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)
from django.views.generic import ListView

from django_site.mail.models import Message
from django_site.mail.tasks import send_soon
from django_site.users.decorators import login_required

from .forms import CommentForm, EditPostForm, NewPostForm, UserCommentForm
from .kept import keep
from .models import Comment, Post
from .pagination import PostPaginator
from .submissions import make_key

READ_POSTS_KEPT = 200
NEWEST = Post.objects.newest().headlines()  # lazy: each page takes its own part


@require_safe
@keep
def site_home(request):
    """Show a page of all posts, newest first."""
    paginator = PostPaginator(NEWEST, settings.POSTS_PER_PAGE)
    try:
        page_obj = paginator.page(request.GET.get("page", 1))
    except InvalidPage as error:
        raise Http404("There is no such page.") from error
    context = {
        "page_obj": page_obj,
        "page_range": get_page_range(page_obj),
        "read_posts": request.read_posts,
    }
    return render(request, "blog/home.html", context)


def get_page_range(page_obj):
    """Return the numbers of the pages to link, an ellipsis for those left out."""
    return page_obj.paginator.get_elided_page_range(
        page_obj.number, on_each_side=1, on_ends=1
    )


@method_decorator(keep, name="dispatch")
class AuthorPosts(ListView):
    """Show a page of the posts of one author, newest first."""

    template_name = "blog/author_posts.html"
    queryset = NEWEST
    paginator_class = PostPaginator

    def get_paginate_by(self, queryset):
        """Read the setting now, not when the class is made."""
        return settings.POSTS_PER_PAGE

    def get_queryset(self):
        """Find the author, then the posts."""
        self.author = get_object_or_404(
            get_user_model(), username=self.kwargs["username"]
        )
        return super().get_queryset()

    def get_paginator(self, *args, **kwargs):
        """Say whose list it is."""
        return super().get_paginator(*args, author_id=self.author.pk, **kwargs)

    def get_context_data(self, **kwargs):
        """Add what the template needs; the request is here as `self.request`."""
        context = super().get_context_data(**kwargs)
        return context | {
            "author": self.author,
            "page_range": get_page_range(context["page_obj"]),
            "read_posts": self.request.read_posts,
        }


@require_safe
def show_post(request, post_id):
    """Show a post with its comments, and remember that it was read."""
    post = get_object_or_404(Post.objects.select_related("author"), pk=post_id)
    if post.pk not in request.read_posts:
        read_posts = [*request.read_posts, post.pk]
        request.session["read_posts"] = read_posts[-READ_POSTS_KEPT:]
    return render_post(request, post, get_comment_form(request))


def get_comment_form(request):
    """Return the form for a reply: who is signed in is not asked who they are."""
    form_class = UserCommentForm if request.user.is_authenticated else CommentForm
    return form_class(request.POST if request.method == "POST" else None)


def render_post(request, post, form, status=200):
    """Render the page of a post with a form for a reply."""
    comments = post.comments.select_related("author")
    context = {"post": post, "comments": comments, "form": form}
    return render(request, "blog/post.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_post(request):
    """Write a post."""
    form = NewPostForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        post = form.instance
        post.author = request.user
        submission = form.cleaned_data["submission"]
        key = make_key(submission, request.user.pk, post.title, post.body)
        post.submission = key
        try:
            with transaction.atomic():
                form.save()
        except IntegrityError:  # the same form, sent twice
            post = get_object_or_404(Post, submission=key)
        messages.success(request, "Your post is published.")
        return redirect(post)
    status = 400 if form.errors else 200
    return render(request, "blog/edit_post.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_post(request, post_id):
    """Change a post; only its author may."""
    post = get_own_post_or_403(request, post_id)
    form = EditPostForm(
        request.POST if request.method == "POST" else None,
        instance=post,
        initial={"version": str(post.version)},
    )
    if form.is_valid():
        is_current = "version" not in form.changed_data
        if form.has_changed() and not (is_current and post.save_changes()):
            post = get_own_post_or_403(request, post_id)
            if not form.is_same(post):
                return render_conflict(request, form, post)
        messages.success(request, "Your post is changed.")
        return redirect(post)
    status = 400 if form.errors else 200
    return render(
        request, "blog/edit_post.html", {"form": form, "post": post}, status=status
    )


def render_conflict(request, form, post):
    """Show what was typed beside what somebody else saved; it can be sent again."""
    typed = form.cleaned_data
    form = EditPostForm(initial=typed | {"version": post.version})
    context = {"form": form, "post": post, "is_conflict": True}
    return render(request, "blog/edit_post.html", context, status=409)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delete_post(request, post_id):
    """Ask whether to delete a post, then delete it; only its author may."""
    post = get_own_post_or_403(request, post_id)
    if request.method == "POST":
        try:
            post.delete()
        except IntegrityError:  # somebody replied
            context = {"post": post, "is_conflict": True}
            return render(request, "blog/delete_post.html", context, status=409)
        messages.success(request, "Your post is deleted.")
        return redirect("blog:site_home")
    return render(request, "blog/delete_post.html", {"post": post})


def get_own_post_or_403(request, post_id):
    """Return a post of the signed-in user; one of somebody else is forbidden."""
    post = get_object_or_404(Post.objects.select_related("author"), pk=post_id)
    if request.user != post.author:
        raise PermissionDenied
    return post


@require_POST
def add_comment(request, post_id):
    """Add a comment to a post."""
    post = get_object_or_404(Post.objects.select_related("author"), pk=post_id)
    form = get_comment_form(request)
    if not form.is_valid():
        return render_post(request, post, form, status=400)
    comment = form.instance
    comment.post = post
    if request.user.is_authenticated:
        comment.author = request.user
    typed = [comment.name, comment.email, comment.body]
    key = make_key(form.cleaned_data["submission"], post.pk, *typed)
    comment.submission = key
    try:
        with transaction.atomic():  # comment and mail, both or neither
            form.save()
            message = Message.objects.create(kind="comment", object_id=comment.pk)
            transaction.on_commit(partial(send_soon, message.pk, request.request_id))
    except IntegrityError:
        # The same form, sent twice; or else the post was deleted a moment ago.
        get_object_or_404(Comment, submission=key)
    messages.success(request, "Your comment is published.")
    return redirect(post)


@require_POST
@login_required
def delete_comment(request, comment_id):
    """Delete a comment; its writer and the author of the post may."""
    comment = get_object_or_404(
        Comment.objects.select_related("author", "post__author"), pk=comment_id
    )
    if request.user not in (comment.author, comment.post.author):
        raise PermissionDenied
    comment.delete()
    messages.success(request, "The comment is deleted.")
    return redirect(comment.post)
