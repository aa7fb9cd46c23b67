"""What is wrong is noticed, noted once when it begins and once when it ends, and told to webhooks."""
