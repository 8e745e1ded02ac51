import Engine

extension Schema {
  /// Orders of identities that come back by a redirect: where the person goes, and a digest of the
  /// state that comes back with them.
  static let redirectedOrders = Migration(
    21, "orders that come back by a redirect",
    """
    ALTER TABLE bankid_order ADD COLUMN eid TEXT;
    ALTER TABLE bankid_order ADD COLUMN open_url TEXT;
    ALTER TABLE bankid_order ADD COLUMN state_hash BLOB;
    CREATE UNIQUE INDEX bankid_order_state ON bankid_order (bureau, state_hash);
    """)
}
