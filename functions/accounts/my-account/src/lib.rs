//! What a signed-in shopper sees and changes of the own account.
