"""What all figures are made with: style, lists of rows, small panels, hover texts."""
