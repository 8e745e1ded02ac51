package import Primitives

/// One company's connection to one bank: where its files go and come from.
package struct BankConnection: Hashable, Sendable {
  package var bureau: ID<Bureau>
  package var company: ID<Company>
  /// `BankProfile.id`.
  package var bank: String

  package init(bureau: ID<Bureau>, company: ID<Company>, bank: String) {
    self.bureau = bureau
    self.company = company
    self.bank = bank
  }
}

/// A file that the bank has left.
package struct IncomingFile: Hashable, Sendable {
  package var connection: BankConnection
  /// Its name in the connection's folder.
  package var name: String

  package init(connection: BankConnection, name: String) {
    self.connection = connection
    self.name = name
  }
}

/// Why the way to a bank does not work now; nothing is known to have been delivered.
package struct BankChannelError: Error, Equatable {
  package var message: String
  package init(_ message: String) { self.message = message }
}

/// The way files travel to and from banks.
package protocol BankChannel: Sendable {
  /// Leaves a file whole, durably and once: a file of that message that is there already, or that
  /// the bank has taken, is left alone.
  func deliver(_ content: [UInt8], messageID: String, to connection: BankConnection)
    throws(BankChannelError)
  /// The files that wait to be read, oldest name first, at most `limit`.
  func waiting(limit: Int) throws(BankChannelError) -> [IncomingFile]
  /// The content, or a refusal if it has more than `limit` bytes; nil where the file is no longer
  /// there, since another server that shares the folder has read it.
  func read(_ file: IncomingFile, limit: Int) throws(BankChannelError) -> [UInt8]?
  /// Puts a file that has been read aside; one that is no longer there is left alone.
  func finish(_ file: IncomingFile) throws(BankChannelError)

  // What lies outside of the database, and outlives it (invariant O).

  /// Every connection that anything was ever left for.
  func connections() throws(BankChannelError) -> [BankConnection]
  /// The message ids of all files that were ever left for the bank, whatever it did with them.
  func sent(to connection: BankConnection) throws(BankChannelError) -> [String]
  /// One of these files; nil where its content is gone.
  func sentFile(_ messageID: String, to connection: BankConnection, limit: Int)
    throws(BankChannelError) -> [UInt8]?
  /// The files that have been put aside, by name; `read` reads them.
  func finished(from connection: BankConnection) throws(BankChannelError) -> [IncomingFile]

  /// Whether the client is set up and the way to the bank works now.
  func check(_ connection: BankConnection) async -> ConnectionFinding
}

/// Sends a message to a person, by SMS or mail.
package protocol Messenger: Sendable {
  func send(_ message: PersonMessage) async throws
}

package struct PersonMessage: Sendable, Equatable {
  package var id: String
  package var mobile: String
  package var email: String
  package var subject: String
  package var body: String
  package var secret: String
  package var about: String
  /// The page where the receiver can act, secret and all; nil where no pages are served.
  package var link: String?

  package init(
    id: String, mobile: String, email: String, subject: String, body: String, secret: String,
    about: String, link: String? = nil
  ) {
    self.id = id
    self.mobile = mobile
    self.email = email
    self.subject = subject
    self.body = body
    self.secret = secret
    self.about = about
    self.link = link
  }
}
