"""Parts of `train_english.py`: texts, teacher, student, training and measuring of the English pipeline."""
