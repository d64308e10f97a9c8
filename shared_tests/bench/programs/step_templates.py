"""The templates of the steps: a step says what stands for the words in capitals.

Flask's are for Jinja, and so for the step of Django that takes Jinja too.
"""

FLASK = {
    "layout.html": """\
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{% block title %}{% endblock %} · A blog</title>
  <link rel="stylesheet" href="{{ url_for('static', filename='style.css') }}">
</head>
<body>
  <header class="site-header">
    <a class="brand" href="{{ url_for('home') }}">A blog</a>
    <nav class="site-nav" aria-label="Site">
      {% if VISITOR %}
        <a href="{{ url_for('page', name='account') }}">Account</a>
        <a href="{{ url_for('page', name='logout') }}">Log out</a>
      {% else %}
        <a href="{{ url_for('page', name='login') }}">Log in</a>
        <a href="{{ url_for('page', name='register') }}">Register</a>
      {% endif %}
    </nav>
  </header>
  <main id="content">
    {% for message in MESSAGES %}
      <p class="message">{{ message }}</p>
    {% endfor %}
    {% block content %}{% endblock %}
  </main>
</body>
</html>
""",
    "home.html": """\
{% extends "layout.html" %}
{% block title %}Home{% endblock %}
{% block content %}
  <h1>A blog</h1>
  {% for post in page_obj %}
    BEFORE
    <article class="h-entry">
      <h2 class="p-name"><a class="u-url" href="POST_URL">{{ post.title }}</a></h2>
      <p class="byline">
        by <a class="p-author h-card" href="AUTHOR_URL">{{ AUTHOR }}</a> ·
        <time class="dt-published" datetime="{{ post.date_posted.isoformat() }}">\
{{ post.date_posted.strftime('%Y-%m-%d %H:%M') }}</time> ·
        <a href="POST_URL#comments">{{ COMMENTS }} comments</a>
      </p>
      <p class="p-summary">{{ post.summary }}</p>
    </article>
  {% endfor %}
  <nav class="pagination" aria-label="Pages">
    {% for number in NUMBERS %}
      {% if number == CURRENT %}
        <span aria-current="page">{{ number }}</span>
      {% else %}
        <a href="?page={{ number }}">{{ number }}</a>
      {% endif %}
    {% endfor %}
  </nav>
{% endblock %}
""",
}
DJANGO = {
    "layout.html": """\
{% load static %}
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{% block title %}{% endblock %} · A blog</title>
  <link rel="stylesheet" href="{% static 'style.css' %}">
</head>
<body>
  <header class="site-header">
    <a class="brand" href="{% url 'home' %}">A blog</a>
    <nav class="site-nav" aria-label="Site">
      {% if VISITOR %}
        <a href="{% url 'page' name='account' %}">Account</a>
        <a href="{% url 'page' name='logout' %}">Log out</a>
      {% else %}
        <a href="{% url 'page' name='login' %}">Log in</a>
        <a href="{% url 'page' name='register' %}">Register</a>
      {% endif %}
    </nav>
  </header>
  <main id="content">
    {% for message in MESSAGES %}
      <p class="message">{{ message }}</p>
    {% endfor %}
    {% block content %}{% endblock %}
  </main>
</body>
</html>
""",
    "home.html": """\
{% extends "layout.html" %}
{% block title %}Home{% endblock %}
{% block content %}
  <h1>A blog</h1>
  {% for post in page_obj %}
    BEFORE
    <article class="h-entry">
      <h2 class="p-name"><a class="u-url" href="POST_URL">{{ post.title }}</a></h2>
      <p class="byline">
        by <a class="p-author h-card" href="AUTHOR_URL">{{ AUTHOR }}</a> ·
        <time class="dt-published" datetime="{{ post.date_posted.isoformat }}">\
{{ post.date_posted|date:'Y-m-d H:i' }}</time> ·
        <a href="POST_URL#comments">{{ COMMENTS }} comments</a>
      </p>
      <p class="p-summary">{{ post.summary }}</p>
    </article>
  {% endfor %}
  <nav class="pagination" aria-label="Pages">
    {% for number in NUMBERS %}
      {% if number == CURRENT %}
        <span aria-current="page">{{ number }}</span>
      {% else %}
        <a href="?page={{ number }}">{{ number }}</a>
      {% endif %}
    {% endfor %}
  </nav>
{% endblock %}
""",
}


def fill(templates: dict[str, str], words: dict[str, str]) -> dict[str, str]:
    """Put what a step says into the places of its templates."""
    filled = {}
    for name, text in templates.items():
        for word, meaning in words.items():
            text = text.replace(word, meaning)  # noqa: PLW2901 - word by word
        filled[name] = text
    return filled
