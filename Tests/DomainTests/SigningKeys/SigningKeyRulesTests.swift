import Domain
import Primitives
import Sealing
import Testing

struct SigningKeyRulesTests {
  private let company = "bureaus/1/companies/2"

  private func secret(_ number: UInt8) throws -> SealingSecret {
    try SealingSecret(seed: [UInt8](repeating: number, count: 32))
  }

  private func new(_ number: UInt8, for company: String? = nil) throws -> NewSigningKey {
    let secret = try secret(number)
    return NewSigningKey(
      maker: .client, publicKey: secret.publicKey.bytes,
      proof: try secret.sign(secret.publicKey.proofBytes(company: company ?? self.company)))
  }

  private func key(
    _ number: UInt8, end: Instant? = nil, revoked: Instant? = nil
  ) throws -> SigningKey {
    SigningKey(
      id: id(number), number: Int(number), publicKey: try secret(number).publicKey,
      maker: .client, createTime: monday, endTime: end, revokeTime: revoked)
  }

  private let monday = Instant(microseconds: 1_772_438_400_000_000)

  private func id<Of>(_ number: UInt8) -> ID<Of> {
    DomainTests.key(number)
  }

  private func create(_ new: NewSigningKey, besides keys: [SigningKey]) throws -> SigningKeyCreated
  {
    let facts = try SigningKeyRules.creating(
      id(9), new, company: company, besides: keys, at: monday)
    guard case .signingKeyCreated(let made) = facts.first, facts.count == 1 else {
      throw SigningKeyError.notFound
    }
    return made
  }

  private func rotate(
    _ current: SigningKey, _ new: NewSigningKey, overlap: Int = 0, besides keys: [SigningKey]
  ) throws -> SigningKeyCreated {
    let facts = try SigningKeyRules.rotating(
      current, to: id(9), new, overlapSeconds: overlap, company: company, besides: keys,
      at: monday)
    guard case .signingKeyCreated(let made) = facts.first, facts.count == 1 else {
      throw SigningKeyError.notFound
    }
    return made
  }

  // MARK: K-01

  @Test func `a company has one current key: a second is refused (K-01)`() throws {
    let first = try key(1)
    #expect(throws: SigningKeyError.current) { try create(new(2), besides: [first]) }
    #expect(try create(new(1), besides: []).key.number == 1)
  }

  @Test func `after a revoked key the next is made anew, with the next number (K-01)`() throws {
    let revoked = try key(1, revoked: monday)
    let made = try create(new(2), besides: [revoked])
    #expect(made.key.number == 2)
    #expect(made.replaced?.key == nil)
    #expect(made.key.state(at: monday) == .current)
  }

  @Test func `a key is taken with a proof over it for this company only`() throws {
    var noProof = try new(1)
    noProof.proof = []
    var othersKey = try new(1)
    othersKey.publicKey = try secret(2).publicKey.bytes
    let elsewhere = try new(1, for: "bureaus/1/companies/3")
    for refused in [noProof, othersKey, elsewhere] {
      #expect(throws: SigningKeyError.proof) { try create(refused, besides: []) }
    }
    var short = try new(1)
    short.publicKey.removeLast()
    #expect(throws: SigningKeyError.invalid) { try create(short, besides: []) }
    #expect(throws: SigningKeyError.invalid) {
      try create(
        NewSigningKey(maker: .client, publicKey: [UInt8](repeating: 0, count: 32)), besides: [])
    }
  }

  @Test func `what was a key of the company is none again`() throws {
    let revoked = try key(1, revoked: monday)
    #expect(throws: SigningKeyError.taken) { try create(new(1), besides: [revoked]) }
  }

  // MARK: K-05

  @Test func `a new key takes the place of the old, which stops at once (K-05)`() throws {
    let old = try key(1)
    let made = try rotate(old, new(2), besides: [old])
    #expect(made.key.number == 2)
    #expect(made.replaced?.key == old.id)
    #expect(made.replaced?.endTime == monday)
    var ended = old
    ended.endTime = made.replaced?.endTime
    #expect(ended.state(at: monday) == .superseded)
  }

  @Test func `with an overlap both hold until its end (K-05)`() throws {
    let old = try key(1)
    let made = try rotate(old, new(2), overlap: 3_600, besides: [old])
    var ended = old
    ended.endTime = made.replaced?.endTime
    #expect(ended.state(at: monday.adding(seconds: 3_599)) == .overlapping)
    #expect(ended.state(at: monday.adding(seconds: 3_600)) == .superseded)
    #expect(made.key.state(at: monday) == .current)
  }

  @Test(arguments: [-1, SigningKey.overlapLimitSeconds + 1])
  func `an overlap is at most 30 days (K-05)`(seconds: Int) throws {
    let old = try key(1)
    #expect(throws: SigningKeyError.overlap) {
      try rotate(old, new(2), overlap: seconds, besides: [old])
    }
    #expect(
      try rotate(old, new(2), overlap: SigningKey.overlapLimitSeconds, besides: [old]).key.number
        == 2)
  }

  @Test func `only the current key is rotated`() throws {
    for (old, state) in [
      (try key(1, end: monday), SigningKey.State.superseded),
      (try key(1, end: monday.adding(days: 1)), .overlapping),
      (try key(1, revoked: monday), .revoked),
    ] {
      #expect(throws: SigningKeyError.state(state)) { try rotate(old, new(2), besides: [old]) }
    }
  }

  @Test func `a key is revoked once`() throws {
    let key = try key(1, end: monday)
    #expect(
      try key.revoking(at: monday)
        == [.signingKeyRevoked(SigningKeyRevoked(key: key.id, revokeTime: monday))])
    let revoked = try self.key(1, revoked: monday)
    #expect(throws: SigningKeyError.state(.revoked)) { try revoked.revoking(at: monday) }
  }
}
