import Connectors
package import Domain
package import Foundation
import Synchronization

/// The folders of the sandbox's bank, with a line that can break.
package final class TestChannel: BankChannel {
  private let folders: FolderChannel
  private let breaks = Mutex(0)
  private let attempted = Mutex<[String]>([])

  package init(root: URL) { folders = FolderChannel(root: root) }

  /// Lets the next deliveries reach the bank and then fail, as a crash between delivery and its
  /// fact would.
  package func breakAfterDelivery(times: Int = 1) { breaks.withLock { $0 = times } }

  /// The message ids of all deliveries that were tried, in order.
  package var attempts: [String] { attempted.withLock { $0 } }

  package func folder(of connection: BankConnection) -> URL { folders.folder(of: connection) }

  package func deliver(_ content: [UInt8], messageID: String, to connection: BankConnection)
    throws(BankChannelError)
  {
    attempted.withLock { $0.append(messageID) }
    try folders.deliver(content, messageID: messageID, to: connection)
    let isBroken = breaks.withLock { left in
      defer { left = max(0, left - 1) }
      return left > 0
    }
    if isBroken { throw BankChannelError("the line broke after the delivery") }
  }

  package func waiting(limit: Int) throws(BankChannelError) -> [IncomingFile] {
    try folders.waiting(limit: limit)
  }
  package func read(_ file: IncomingFile, limit: Int) throws(BankChannelError) -> [UInt8]? {
    try folders.read(file, limit: limit)
  }
  package func finish(_ file: IncomingFile) throws(BankChannelError) {
    try folders.finish(file)
  }
  package func connections() throws(BankChannelError) -> [BankConnection] {
    try folders.connections()
  }
  package func sent(to connection: BankConnection) throws(BankChannelError) -> [String] {
    try folders.sent(to: connection)
  }
  package func sentFile(_ messageID: String, to connection: BankConnection, limit: Int)
    throws(BankChannelError) -> [UInt8]?
  { try folders.sentFile(messageID, to: connection, limit: limit) }
  package func finished(from connection: BankConnection) throws(BankChannelError) -> [IncomingFile]
  {
    try folders.finished(from: connection)
  }
  package func check(_ connection: BankConnection) async -> ConnectionFinding {
    await folders.check(connection)
  }
}
