import Engine

enum BookingSchema {
  /// What each sending was booked with; and files are known by the bank that they came from: bytes
  /// that lay in another bank's folder first have not been read where they belong.
  static let bookings = Migration(
    22, "bookings, return files by bank",
    """
    ALTER TABLE instruction ADD COLUMN booked_minor INTEGER;
    ALTER TABLE instruction ADD COLUMN booked_currency TEXT;
    ALTER TABLE instruction ADD COLUMN bank_reference TEXT;
    ALTER TABLE return_file ADD COLUMN bank TEXT NOT NULL DEFAULT '';
    DROP INDEX return_file_digest;
    CREATE UNIQUE INDEX return_file_digest ON return_file (bureau, company, file_digest, bank);
    """)
}
