/// What a tick of the bank brought about, in order.
package enum BankEvent: Sendable, Equatable {
  /// A message was taken in; `accepted` of its payments will be made.
  case received(connection: String, messageID: String, accepted: Int)
  /// A whole message was refused.
  case refused(connection: String, messageID: String, code: String)
  /// A payment was refused, when read or on its day.
  case rejected(connection: String, endToEndID: String, code: String)
  case executed(connection: String, endToEndID: String)
  /// A file was put into `from-bank`.
  case answered(connection: String, file: String)
}

/// Why the bank does not do as it is told.
package enum SandboxBankError: Error, Equatable {
  /// A connection is a relative path without `.` or `..`.
  case connection(String)
  /// The account was opened before, in another way.
  case accountExists(String)
  case currency(String)
}
