"""What makes a slot (`pipelines.flows.model.Slot`) of what a document says of one: a module for each
kind."""
