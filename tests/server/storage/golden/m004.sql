BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'footfall','m001_counts','2026-11-22 01:43:35.117203+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'footfall','m002_devices','2026-11-22 01:43:35.130421+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'footfall','m003_sales','2026-11-22 01:43:35.131765+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'footfall','m004_quarantine','2026-11-22 01:43:35.132643+00:00');
CREATE TABLE buckets (
            store TEXT NOT NULL, bucket_start INTEGER NOT NULL, device TEXT NOT NULL, camera TEXT NOT NULL,
            bucket_end INTEGER NOT NULL, revision INTEGER NOT NULL, final INTEGER NOT NULL,
            coverage REAL NOT NULL, clock_synced INTEGER NOT NULL, replayed INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            PRIMARY KEY (store, bucket_start, device, camera)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "buckets" VALUES('demo',1772452800000000,'box','door',1772452860000000,1,1,0.9,1,0,1772452800000000);
INSERT INTO "buckets" VALUES('demo',1772452860000000,'box','door',1772452920000000,4,1,0.9,1,0,1772452800000000);
INSERT INTO "buckets" VALUES('demo',1772452920000000,'box','door',1772452980000000,1,1,0.9,1,0,1772452800000000);
CREATE TABLE devices (
            store TEXT NOT NULL, device TEXT NOT NULL, camera TEXT NOT NULL,
            status TEXT, status_received_at INTEGER, health TEXT, health_received_at INTEGER,
            seen_at INTEGER,
            PRIMARY KEY (store, device, camera)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "devices" VALUES('demo','box','door','{"schema":1,"store":"demo","device":"box","camera":"door","state":"online","since":"2026-03-02T12:00:00Z","version":"0.1"}',1772452800000000,'{"schema":1,"store":"demo","device":"box","camera":"door","at":"2026-03-02T12:00:00Z","fps":10.0,"inference_ms":20.0,"frames_done":100,"frames_skipped":0,"outbox_depth":0,"outbox_oldest_seconds":0.0,"memory_mb":200.0,"source":{"state":"ok","reason":""},"detector":{"name":"nano","licence":"Apache-2.0","measured_on":""}}',1772452800000000,1772452800000000);
CREATE TABLE line_counts (
            store TEXT NOT NULL, bucket_start INTEGER NOT NULL, device TEXT NOT NULL, camera TEXT NOT NULL,
            line TEXT NOT NULL, kind TEXT NOT NULL, count_in INTEGER NOT NULL, count_out INTEGER NOT NULL,
            PRIMARY KEY (store, bucket_start, device, camera, line),
            FOREIGN KEY (store, bucket_start, device, camera) REFERENCES buckets ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
INSERT INTO "line_counts" VALUES('demo',1772452800000000,'box','door','entrance','entrance',3,1);
INSERT INTO "line_counts" VALUES('demo',1772452860000000,'box','door','entrance','entrance',11,1);
INSERT INTO "line_counts" VALUES('demo',1772452920000000,'box','door','entrance','entrance',3,1);
CREATE TABLE live (
            store TEXT NOT NULL, device TEXT NOT NULL, camera TEXT NOT NULL,
            body TEXT NOT NULL, received_at INTEGER NOT NULL,
            PRIMARY KEY (store, device, camera)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "live" VALUES('demo','box','door','{"schema":1,"store":"demo","device":"box","camera":"door","at":"2026-03-02T12:00:00Z","zones":[{"zone":"shelf","occupancy":5}],"queues":[]}',1772452800000000);
CREATE TABLE planogram (
            id INTEGER PRIMARY KEY,
            store TEXT NOT NULL, sku TEXT NOT NULL, zone TEXT NOT NULL, valid_from TEXT, valid_until TEXT
        ) STRICT;
INSERT INTO "planogram" VALUES(1,'demo','bread','shelf','2026-01-01',NULL);
INSERT INTO "planogram" VALUES(2,'demo','milk','shelf',NULL,'2026-06-01');
CREATE TABLE quarantine (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            source TEXT NOT NULL CHECK (source IN ('mqtt', 'csv')),
            origin TEXT NOT NULL, position INTEGER, payload BLOB NOT NULL, reason TEXT NOT NULL,
            received_at INTEGER NOT NULL, store TEXT, context TEXT NOT NULL,
            tries INTEGER NOT NULL DEFAULT 1, resolved_at INTEGER, digest BLOB NOT NULL
        ) STRICT;
INSERT INTO "quarantine" VALUES(1,'mqtt','footfall/v1/elsewhere/box/counts',NULL,X'7B22736368656D61223A312C2273746F7265223A22656C73657768657265222C22646576696365223A22626F78222C2263616D657261223A22646F6F72222C226275636B65745F7374617274223A22323032362D30332D30325431323A30393A30305A222C226275636B65745F656E64223A22323032362D30332D30325431323A31303A30305A222C227265766973696F6E223A312C2266696E616C223A747275652C22636F766572616765223A302E392C22636C6F636B5F73796E636564223A747275652C227265706C61796564223A66616C73652C226C696E6573223A5B7B226C696E65223A22656E7472616E6365222C226B696E64223A22656E7472616E6365222C22696E223A332C226F7574223A317D5D2C227A6F6E6573223A5B7B227A6F6E65223A227368656C66222C226477656C6C223A7B226E223A322C2273756D5F7365636F6E6473223A31332E302C2262696E73223A7B223336223A312C223537223A317D7D2C226F63637570616E63795F706572736F6E5F7365636F6E6473223A31332E352C226F627365727665645F7365636F6E6473223A35342E302C226F63637570616E63795F7065616B223A327D5D2C22717565756573223A5B5D7D','store ''elsewhere'' is not in this server''s configuration',1772452800000000,NULL,'{}',1,NULL,X'75A67E2D169F1E7B504FBAF906C5A387788B9D4D7D41CEC872E62D119BC0FBF3');
INSERT INTO "quarantine" VALUES(2,'mqtt','footfall/v1/demo/box/counts',NULL,X'FF00206E6F74206A736F6E','payload is not JSON: ''utf-16-le'' codec can''t decode byte 0x6e in position 10: truncated data',1772452800000000,NULL,'{}',1,1772452800000000,X'7C8E657EE46317E6B3448917D20EC9E2F35B7F4617D46E06076814BDDA9DADDE');
CREATE TABLE tallies (name TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "tallies" VALUES('quarantine_refused',7);
CREATE TABLE ticket_lines (
            store TEXT NOT NULL, ticket TEXT NOT NULL, line_number INTEGER NOT NULL,
            sku TEXT NOT NULL, name TEXT, quantity_e4 INTEGER NOT NULL, net_e4 INTEGER,
            PRIMARY KEY (store, ticket, line_number),
            FOREIGN KEY (store, ticket) REFERENCES tickets ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
INSERT INTO "ticket_lines" VALUES('demo','1',1,'bread',NULL,10000,43000);
INSERT INTO "ticket_lines" VALUES('demo','1',2,'milk',NULL,5000,NULL);
INSERT INTO "ticket_lines" VALUES('demo','2',1,'bread',NULL,10000,123456);
INSERT INTO "ticket_lines" VALUES('demo','2',2,'milk',NULL,5000,NULL);
CREATE TABLE tickets (
            store TEXT NOT NULL, ticket TEXT NOT NULL, till TEXT NOT NULL, at INTEGER NOT NULL,
            revision INTEGER NOT NULL, kind TEXT NOT NULL, currency TEXT, source TEXT NOT NULL,
            imported_at INTEGER NOT NULL,
            PRIMARY KEY (store, ticket)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "tickets" VALUES('demo','1','till-1',1772452800000000,1,'sale','EUR','mqtt:till-1',1772452800000000);
INSERT INTO "tickets" VALUES('demo','2','till-1',1772452800000000,3,'sale','EUR','mqtt:till-1',1772452800000000);
CREATE TABLE zone_counts (
            store TEXT NOT NULL, bucket_start INTEGER NOT NULL, device TEXT NOT NULL, camera TEXT NOT NULL,
            zone TEXT NOT NULL, dwell_n INTEGER NOT NULL, dwell_sum_seconds REAL NOT NULL,
            dwell_bins TEXT NOT NULL, person_seconds REAL NOT NULL, observed_seconds REAL NOT NULL,
            peak INTEGER NOT NULL,
            PRIMARY KEY (store, bucket_start, device, camera, zone),
            FOREIGN KEY (store, bucket_start, device, camera) REFERENCES buckets ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
INSERT INTO "zone_counts" VALUES('demo',1772452800000000,'box','door','shelf',2,13.0,'{"36": 1, "57": 1}',13.5,54.0,2);
INSERT INTO "zone_counts" VALUES('demo',1772452860000000,'box','door','shelf',2,13.0,'{"36": 1, "57": 1}',13.5,54.0,2);
INSERT INTO "zone_counts" VALUES('demo',1772452920000000,'box','door','shelf',3,664.5,'{"32": 1, "105": 1, "164": 1}',13.5,54.0,2);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX tickets_by_time ON tickets (store, at);
CREATE INDEX planogram_by_store ON planogram (store, sku);
CREATE UNIQUE INDEX quarantine_waiting_once ON quarantine (digest) WHERE resolved_at IS NULL;
CREATE INDEX quarantine_waiting ON quarantine (id) WHERE resolved_at IS NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('quarantine',2);
COMMIT;
