"""What a zone should show, learnt from tickets: recommenders behind one protocol, and their backtest."""
