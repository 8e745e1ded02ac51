import Glibc

/// An address in figures and a port.
package struct Endpoint: Equatable, Sendable {
  package let host: String
  /// 0 takes a free one.
  package let port: Int
  /// Whether only this machine can reach it: 127.0.0.0/8 or ::1.
  package let isLoopback: Bool

  /// Reads `127.0.0.1:9464` or `[::1]:9464`; names are refused, since they may change what they mean.
  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (0...65_535).contains(port)
    else { return nil }
    var host = String(text[..<colon])
    var v4 = in_addr(), v6 = in6_addr()
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
      guard inet_pton(AF_INET6, host, &v6) == 1 else { return nil }
      let bytes = withUnsafeBytes(of: &v6) { Array($0) }
      isLoopback = bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    } else {
      guard inet_pton(AF_INET, host, &v4) == 1 else { return nil }
      isLoopback = withUnsafeBytes(of: &v4) { $0.first == 127 }
    }
    self.host = host
    self.port = port
  }
}
