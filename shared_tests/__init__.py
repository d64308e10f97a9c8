"""What both blogs must do, and the proof over HTTP that they do it."""
