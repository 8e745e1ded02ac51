/// Every bound of the transport, in one place. The defaults suit one machine and a few hundred
/// clients; tests inject shorter ones.
package struct TransportLimits: Hashable, Sendable {
  /// Connections open at once, all addresses together. A further one is closed on accept.
  package var maxConnections = 1_000
  /// Connections open at once from one IP address. Many people may sit behind one.
  package var maxConnectionsPerAddress = 100
  /// From the accepted TCP connection to the completed TLS handshake.
  package var handshake: Duration = .seconds(5)
  /// From the TLS handshake to the HTTP/2 preface with its first frame, both complete.
  package var opening: Duration = .seconds(5)
  /// From the first byte of an HTTP/2 frame (at most 16 KiB) to its last: bounds trickling peers.
  package var frame: Duration = .seconds(15)
  /// Pages: from the first byte of a request to the first of its answer, and again until the whole
  /// answer has been taken.
  package var request: Duration = .seconds(30)
  /// Without one complete frame for this long the connection is closed hard. Must be longer than
  /// `keepalive` and `keepaliveAnswer` together: a peer that lives answers the keepalive ping.
  package var readIdle: Duration = .seconds(60)
  /// Without reading for this long the server sends a ping.
  package var keepalive: Duration = .seconds(20)
  /// The time a peer has to answer that ping before it is asked to go.
  package var keepaliveAnswer: Duration = .seconds(10)
  /// Pings of a client more often than this, without a call open, are answered by closing.
  package var minClientPing: Duration = .seconds(10)
  /// Without a call for this long the connection is closed, politely.
  package var idle: Duration = .seconds(30 * 60)
  /// A connection is asked to go at this age; the client opens a new one, with fresh certificates.
  package var maxAge: Duration = .seconds(2 * 60 * 60)
  /// The time its calls in flight have after that.
  package var maxAgeGrace: Duration = .seconds(10 * 60)
  /// The time a connection has when the server shuts down; then it is closed hard. Handlers are
  /// never abandoned: work already durable is finished, the client asks again by its request id.
  package var shutdownGrace: Duration = .seconds(2)
  /// Calls open at once on one connection.
  package var maxConcurrentStreams = 100
  /// Bytes of one request message, after decompression. A larger one resets its stream.
  package var maxRequestBytes = 4 * 1024 * 1024
  /// Calls open at once, all connections together. A further one is refused with SERVER_OVERLOADED.
  package var maxCalls = 10_000
  /// Bytes of messages that have come in part, on one connection. More closes it.
  package var maxPartialBytesPerConnection = 16 * 1024 * 1024
  /// The same, all connections together. Beyond it a connection with more than its part is closed.
  package var maxPartialBytes = 256 * 1024 * 1024
  /// How long health says NOT_SERVING before connections are asked to go at shutdown: the time
  /// that a load balancer needs to see it.
  package var drain: Duration = .zero
  /// Bytes of the HTTP/2 flow control window per stream, and again per connection.
  package var windowBytes = 256 * 1024

  package init() {}

  /// What is wrong with these limits, each in one line; empty when they can be used.
  package var faults: [String] {
    var faults: [String] = []
    for (name, value) in counts where value < 1 {
      faults.append("\(name) is \(value), must be at least 1")
    }
    for (name, value) in durations where value <= .zero {
      faults.append("\(name) is \(value), must be more than 0")
    }
    if drain < .zero { faults.append("drain is \(drain), must not be less than 0") }
    if maxPartialBytesPerConnection <= maxRequestBytes {
      faults.append("maxPartialBytesPerConnection must be more than maxRequestBytes")
    }
    if keepalive + keepaliveAnswer >= readIdle {
      faults.append("keepalive + keepaliveAnswer must be shorter than readIdle")
    }
    return faults
  }

  private var counts: [(String, Int)] {
    [
      ("maxConnections", maxConnections), ("maxConnectionsPerAddress", maxConnectionsPerAddress),
      ("maxConcurrentStreams", maxConcurrentStreams), ("maxRequestBytes", maxRequestBytes),
      ("maxCalls", maxCalls), ("maxPartialBytesPerConnection", maxPartialBytesPerConnection),
      ("maxPartialBytes", maxPartialBytes),
      ("windowBytes", windowBytes),
    ]
  }

  private var durations: [(String, Duration)] {
    [
      ("handshake", handshake), ("opening", opening), ("frame", frame), ("request", request),
      ("readIdle", readIdle),
      ("keepalive", keepalive), ("keepaliveAnswer", keepaliveAnswer),
      ("minClientPing", minClientPing), ("idle", idle), ("maxAge", maxAge),
      ("maxAgeGrace", maxAgeGrace), ("shutdownGrace", shutdownGrace),
    ]
  }
}
