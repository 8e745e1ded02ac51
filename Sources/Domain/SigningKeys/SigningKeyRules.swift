package import Primitives
package import Sealing

/// A key that somebody wants to put in use, unchecked.
package struct NewSigningKey: Sendable {
  package var maker: SigningKey.Maker
  package var publicKey: [UInt8]
  /// Of a client's key: that the sender has its private part and means this company.
  package var proof: [UInt8]

  package init(maker: SigningKey.Maker, publicKey: [UInt8], proof: [UInt8] = []) {
    self.maker = maker
    self.publicKey = publicKey
    self.proof = proof
  }

  /// `text`: what the proof is a signature over.
  fileprivate func validated(
    besides keys: [SigningKey], proofOver text: (SealingKey) -> [UInt8]
  ) throws(SigningKeyError) -> SealingKey {
    let key: SealingKey
    do { key = try SealingKey(publicKey) } catch { throw .invalid }
    if maker == .client {
      guard key.hasSigned(text(key), with: proof) else { throw .proof }
    }
    // What was a key once is none again: an old seal would count anew.
    if keys.contains(where: { $0.publicKey == key }) { throw .taken }
    return key
  }
}

package enum SigningKeyRules {
  /// The company's first key, or the next after a revoked one (K-01). `company`: its name in the
  /// API. `keys`: all that the company has had.
  package static func creating(
    _ id: ID<SigningKey>, _ new: NewSigningKey, company: String, besides keys: [SigningKey],
    at time: Instant
  ) throws(SigningKeyError) -> [Fact] {
    try creating(id, new, besides: keys, at: time) { $0.proofBytes(company: company) }
  }

  /// The same with a proof over another text, as a bureau file has it.
  package static func creating(
    _ id: ID<SigningKey>, _ new: NewSigningKey, besides keys: [SigningKey], at time: Instant,
    proofOver text: (SealingKey) -> [UInt8]
  ) throws(SigningKeyError) -> [Fact] {
    if keys.contains(where: { $0.state(at: time) == .current }) { throw .current }
    let key = try new.validated(besides: keys, proofOver: text)
    return [.signingKeyCreated(SigningKeyCreated(key: made(id, key, new.maker, keys, time)))]
  }

  /// A new key in the place of `current`, which stops now or after the overlap (K-05).
  package static func rotating(
    _ current: SigningKey, to id: ID<SigningKey>, _ new: NewSigningKey, overlapSeconds: Int,
    company: String, besides keys: [SigningKey], at time: Instant
  ) throws(SigningKeyError) -> [Fact] {
    guard current.state(at: time) == .current else { throw .state(current.state(at: time)) }
    guard 0...SigningKey.overlapLimitSeconds ~= overlapSeconds else { throw .overlap }
    let key = try new.validated(besides: keys) { $0.proofBytes(company: company) }
    return [
      .signingKeyCreated(
        SigningKeyCreated(
          key: made(id, key, new.maker, keys, time),
          replaced: (current.id, time.adding(seconds: overlapSeconds))))
    ]
  }

  private static func made(
    _ id: ID<SigningKey>, _ key: SealingKey, _ maker: SigningKey.Maker, _ keys: [SigningKey],
    _ time: Instant
  ) -> SigningKey {
    SigningKey(
      id: id, number: (keys.map(\.number).max() ?? 0) + 1, publicKey: key, maker: maker,
      createTime: time)
  }
}

extension SigningKey {
  package func revoking(at time: Instant) throws(SigningKeyError) -> [Fact] {
    let state = state(at: time)
    guard state != .revoked else { throw .state(state) }
    return [.signingKeyRevoked(SigningKeyRevoked(key: id, revokeTime: time))]
  }
}
