internal import NIOCore
internal import NIOPosix
internal import NIOSSL

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Why a connection did not come about, in words for people.
enum ConnectionTrouble {
  static func words(_ error: any Error) -> String {
    switch error {
    case let error as NIOConnectionError:
      if let first = error.connectionErrors.first { return words(first.error) }
      return "the host name is unknown"
    case let error as IOError where error.errnoCode == ECONNREFUSED:
      return "nothing listens there"
    case let error as IOError: return String(cString: strerror(error.errnoCode))
    case ChannelError.connectTimeout: return "no answer within 10 seconds"
    case ChannelError.eof: return "the server hung up during the handshake"
    case NIOSSLError.handshakeFailed(let cause):
      // The verification's verdict is only in the text of BoringSSL's error.
      return "\(cause)".contains("CERTIFICATE_VERIFY_FAILED")
        ? "the server's certificate does not come from the context's CA, or has run out"
        : "the TLS handshake failed"
    case is NIOSSLExtraError: return "the server's certificate names another host"
    case is TLSTooOld: return "the server offers nothing newer than TLS 1.2"
    case let error as CLIError: return error.message
    default: return "\(error)"
    }
  }
}
