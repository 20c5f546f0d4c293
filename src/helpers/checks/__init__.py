"""What a study check looks at: images with their masks, and suspicious tables."""
