package import Primitives
package import Sealing

/// One key of a company's accounting system, by its public part (K-01…K-05, §2.4).
package struct SigningKey: Sendable, Equatable {
  package enum Maker: String, Sendable, CaseIterable {
    case client, server
  }

  package enum State: Sendable, CaseIterable {
    case current, overlapping, superseded, revoked
  }

  package var id: ID<SigningKey>
  /// The company's first is 1.
  package var number: Int
  package var publicKey: SealingKey
  package var maker: Maker
  package var createTime: Instant
  /// When it stops because another took its place; nil for the newest.
  package var endTime: Instant?
  package var revokeTime: Instant?

  package init(
    id: ID<SigningKey>, number: Int, publicKey: SealingKey, maker: Maker, createTime: Instant,
    endTime: Instant? = nil, revokeTime: Instant? = nil
  ) {
    self.id = id
    self.number = number
    self.publicKey = publicKey
    self.maker = maker
    self.createTime = createTime
    self.endTime = endTime
    self.revokeTime = revokeTime
  }

  package func state(at time: Instant) -> State {
    if let revokeTime, revokeTime <= time { return .revoked }
    guard let endTime else { return .current }
    return time < endTime ? .overlapping : .superseded
  }

  /// A key may overlap its successor for so long.
  package static let overlapLimitSeconds = 30 * 86_400
}

package struct SigningKeyCreated: Sendable, Equatable {
  package var key: SigningKey
  /// The key that it takes the place of, and when that one stops.
  package var replaced: (key: ID<SigningKey>, endTime: Instant)?

  package init(key: SigningKey, replaced: (key: ID<SigningKey>, endTime: Instant)? = nil) {
    self.key = key
    self.replaced = replaced
  }

  package static func == (a: Self, b: Self) -> Bool {
    a.key == b.key && a.replaced?.key == b.replaced?.key
      && a.replaced?.endTime == b.replaced?.endTime
  }
}

package struct SigningKeyRevoked: Sendable, Equatable {
  package var key: ID<SigningKey>
  package var revokeTime: Instant
  package init(key: ID<SigningKey>, revokeTime: Instant) {
    self.key = key
    self.revokeTime = revokeTime
  }
}
