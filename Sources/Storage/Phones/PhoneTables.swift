package import Domain
package import Engine
package import Primitives

extension Projection {
  func apply(_ fact: PhoneEntered) throws {
    try transaction.execute(
      """
      INSERT INTO main.phone (bureau, app_user, number, confirmed)
      VALUES (\(bureau), \(fact.user), \(fact.number.text), \(false))
      ON CONFLICT (bureau, app_user) DO UPDATE SET
        number = excluded.number, confirmed = excluded.confirmed
      """)
  }

  func apply(_ fact: PhoneConfirmed) throws {
    try transaction.execute(
      """
      UPDATE main.phone SET confirmed = \(true)
      WHERE bureau = \(bureau) AND app_user = \(fact.user) AND number = \(fact.number.text)
      """)
  }

  func apply(_ fact: BankSigningSet) throws {
    guard let number = fact.number else {
      return try transaction.execute(
        """
        DELETE FROM main.bank_signing
        WHERE bureau = \(bureau) AND company = \(company) AND app_user = \(fact.user)
        """)
    }
    try transaction.execute(
      """
      INSERT INTO main.bank_signing (bureau, company, app_user, number)
      VALUES (\(bureau), \(company), \(fact.user), \(number.text))
      ON CONFLICT (bureau, company, app_user) DO UPDATE SET number = excluded.number
      """)
  }
}

package enum PhoneTables {
  package static func phone(of user: ID<User>, in bureau: ID<Bureau>, _ tx: any Transaction)
    throws -> Phone?
  {
    try tx.first(
      "SELECT number, confirmed FROM phone WHERE bureau = \(bureau) AND app_user = \(user)",
      as: (String, Bool).self
    ).map { Phone(number: try PhoneNumber($0), state: $1 ? .confirmed : .unconfirmed) }
  }

  /// A user's number in a company's settings for bank signing (S-02).
  package static func bankSigning(of user: ID<User>, at place: Place, in tx: any Transaction)
    throws -> PhoneNumber?
  {
    try tx.first(
      """
      SELECT number FROM bank_signing
      WHERE bureau = \(place.bureau) AND company = \(place.company) AND app_user = \(user)
      """, as: String.self
    ).map { try PhoneNumber($0) }
  }

  package static func bankSignings(
    of place: Place, after: ID<User>? = nil, limit: Int, in tx: any Transaction
  ) throws -> [(user: ID<User>, number: PhoneNumber)] {
    try tx.rows(
      """
      SELECT app_user, number FROM bank_signing
      WHERE bureau = \(place.bureau) AND company = \(place.company)
        AND app_user > \(after?.bytes ?? [])
      ORDER BY app_user LIMIT \(limit)
      """, as: (ID<User>, String).self
    ).map { (user: $0, number: try PhoneNumber($1)) }
  }

  /// Which conditions of signing by SMS fail for a user in a company (S-01): what whoever signs by
  /// SMS asks first, in the transaction that signs.
  package static func missingForSMS(
    of user: ID<User>, at place: Place, in tx: any Transaction
  ) throws -> [SMSSigningError] {
    SMSSigning.missing(
      company: try bankSigning(of: user, at: place, in: tx),
      profile: try phone(of: user, in: place.bureau, tx))
  }
}

/// The code that was sent to each user last: working state. One that has ended stays, as what was
/// sent within the hour is counted there.
package enum PhoneCodeTables {
  package static func load(of user: ID<User>, in bureau: ID<Bureau>, _ tx: any Transaction) throws
    -> PhoneCode?
  {
    try tx.first(
      """
      SELECT number, digest, tries_left, send_time, hour_start, sent_in_hour FROM phone_code
      WHERE bureau = \(bureau) AND app_user = \(user)
      """, as: (String, [UInt8], Int, Int64, Int64, Int).self
    ).map {
      PhoneCode(
        number: try PhoneNumber($0), digest: $1, triesLeft: $2, sendTime: $3.instant,
        hourStart: $4.instant, sentInHour: $5)
    }
  }

  /// In the place of an earlier one, which ends.
  package static func store(
    _ code: PhoneCode, of user: ID<User>, in bureau: ID<Bureau>, _ tx: any Transaction
  ) throws {
    try tx.execute(
      """
      INSERT INTO main.phone_code (bureau, app_user, number, digest, tries_left, send_time,
        hour_start, sent_in_hour)
      VALUES (\(bureau), \(user), \(code.number.text), \(code.digest), \(code.triesLeft),
        \(code.sendTime.microseconds), \(code.hourStart.microseconds), \(code.sentInHour))
      ON CONFLICT (bureau, app_user) DO UPDATE SET number = excluded.number,
        digest = excluded.digest, tries_left = excluded.tries_left,
        send_time = excluded.send_time, hour_start = excluded.hour_start,
        sent_in_hour = excluded.sent_in_hour
      """)
  }

  /// Takes one try, durably and before anything is compared: a wrong one is counted though the
  /// call that brought it is refused. Returns the code as it was before; nil: there is none.
  package static func takeTry(of user: ID<User>, in bureau: ID<Bureau>, _ tx: any Transaction)
    throws -> PhoneCode?
  {
    guard
      try tx.changes(
        """
        UPDATE main.phone_code SET tries_left = tries_left - 1
        WHERE bureau = \(bureau) AND app_user = \(user) AND tries_left > 0
        """) == 1
    else { return nil }
    var code = try load(of: user, in: bureau, tx)
    code?.triesLeft += 1
    return code
  }

  /// The code is used.
  package static func end(of user: ID<User>, in bureau: ID<Bureau>, _ tx: any Transaction) throws {
    try tx.execute(
      """
      UPDATE main.phone_code SET tries_left = 0
      WHERE bureau = \(bureau) AND app_user = \(user)
      """)
  }
}
